"""Addresses of citizens' signing in, of one's own sessions and of the administrators."""

from __future__ import annotations

from django.conf import settings
from django.urls import path

from haihe.identity import administration, citizens, invitations, sessions

app_name = "identity"

urlpatterns = [
    path("citizen/", citizens.ask, name="citizen"),
    path("citizen/code/", citizens.code, name="citizen_code"),
    path("citizen/leave/", citizens.leave, name="citizen_leave"),
    path("sessions/", sessions.page, name="sessions"),
    path("sessions/end/", sessions.end_others, name="end_others"),
    path("post/", sessions.choose_post, name="choose_post"),
    path("invitation/<str:word>/", invitations.accept, name="invitation"),
    path("administration/", administration.index, name="administration"),
    path("administration/new/", administration.new, name="account_new"),
    path("administration/<str:person>/", administration.account, name="account"),
    path("administration/<str:person>/invite/", administration.invite, name="invite"),
    path("administration/<str:person>/withdraw/", administration.withdraw, name="withdraw"),
    path("administration/<str:person>/unlock/", administration.unlock, name="unlock"),
    path("administration/<str:person>/factors/", administration.reset_factors, name="factors"),
    path("administration/<str:person>/post/", administration.give_post, name="give_post"),
    path("administration/<str:person>/post/end/", administration.end_post, name="end_post"),
]

if settings.HAIHE_OIDC_ISSUER:
    from haihe.identity import provider

    urlpatterns.append(path("provider/", provider.begin, name="provider"))
