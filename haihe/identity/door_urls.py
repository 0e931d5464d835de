"""Addresses of signing in and of one's own account, under the names by which allauth finds them."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.conf import settings
from django.urls import path

from haihe.identity import staff_door

urlpatterns = [
    path("officer/login/", staff_door.sign_in, name="account_login"),
    path("officer/logout/", staff_door.sign_out, name="account_logout"),
    path("identity/factor/", factors.authenticate, name="mfa_authenticate"),
    path("identity/passkey/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("identity/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("identity/confirm/factor/", factors.reauthenticate, name="mfa_reauthenticate"),
    path(
        "identity/confirm/passkey/",
        passkeys.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("identity/account/", factors.index, name="mfa_index"),
    path("identity/account/password/", staff_door.change_password, name="account_change_password"),
    path("identity/account/totp/", totp.activate_totp, name="mfa_activate_totp"),
    path("identity/account/totp/end/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("identity/account/passkeys/", passkeys.list_webauthn, name="mfa_list_webauthn"),
    path("identity/account/passkeys/add/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path(
        "identity/account/passkeys/<int:pk>/end/",
        passkeys.remove_webauthn,
        name="mfa_remove_webauthn",
    ),
    path("identity/account/codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "identity/account/codes/new/",
        recovery.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
]

if settings.HAIHE_OIDC_ISSUER:
    from haihe.identity import provider

    urlpatterns.append(
        path(
            "identity/provider/<slug:provider_id>/callback/",
            provider.callback,
            name="openid_connect_callback",
        )
    )
