"""Addresses of the supervisor's pages."""

app_name = "center"
urlpatterns = []
