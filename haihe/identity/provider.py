"""Citizens through the national identity provider: OpenID Connect, code flow with PKCE.

allauth carries the steps (state, PKCE, exchange of the code). What it leaves to trust we check
ourselves: signature, issuer, audience, expiry and nonce of the identity token, always. No account
of staff comes of it: the subject becomes a citizen, whose phone counts only if it was verified.
"""

from __future__ import annotations

import hmac
import json
import logging
import secrets
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

import jwt
import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.adapter import get_adapter as social_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from haihe.identity.citizens import after_of, let_in
from haihe.identity.provider_keys import KEYS, Key
from haihe.look import errors
from haihe.records import citizens as kept

NAME: Final = "national"  # of the one provider, in addresses
NONCE_KEY: Final = "provider_nonce"
NONCE_BYTES: Final = 24
LEEWAY_SECONDS: Final = 30
# Signatures of public keys only: a shared secret or "none" proves nothing to us.
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
NEEDED: Final = ["iss", "sub", "aud", "exp", "iat", "nonce"]

log = logging.getLogger(__name__)


@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    """Lead the citizen to the provider."""
    provider = social_adapter(request).get_provider(request, provider=NAME)
    nonce = secrets.token_urlsafe(NONCE_BYTES)
    request.session[NONCE_KEY] = nonce
    try:
        answer: HttpResponse = provider.redirect(
            request, process="login", next_url=after_of(request), auth_params={"nonce": nonce}
        )
    except requests.RequestException:
        log.warning("the identity provider does not answer", exc_info=True)
        return refused(request)
    return answer


@require_safe
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """The citizen comes back from the provider with a code."""
    adapter = Checked(request, provider_id)
    answer: HttpResponse = OAuth2CallbackView.adapter_view(adapter)(request)
    return answer


def refused(request: HttpRequest) -> HttpResponse:
    """One page for whatever went wrong; the reason is in the log of the server."""
    return errors.message(
        request,
        HTTPStatus.UNAUTHORIZED,
        _("没有登录成功"),
        _("身份认证没有通过，或者认证服务暂时连不上。您的信息没有改动。"),
        _("请回到首页重新登录；也可以用手机号登录，或凭查询码查进度。"),
    )


def _fetched(address: str) -> list[Key]:
    """The signing keys that the provider publishes now."""
    with social_adapter().get_requests_session() as session:
        answer = session.get(address)
        answer.raise_for_status()
        keys: list[Key] = answer.json().get("keys", [])
    return keys


class Checked(OpenIDConnectOAuth2Adapter):  # type: ignore[misc] # allauth ships no types
    """The provider's answers, believed only after they were checked."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself; it must be the provider we mean."""
        config: dict[str, Any] = super().openid_config
        if config.get("issuer") != settings.HAIHE_OIDC_ISSUER:
            raise OAuth2Error("the provider calls itself otherwise than HAIHE_OIDC_ISSUER")
        return config

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **answer: Any) -> Any:
        """The checked claims as allauth keeps them."""
        nonce = request.session.pop(NONCE_KEY, "")
        claims = self._claims(app.client_id, str(answer["response"].get("id_token") or ""), nonce)
        if "phone_number" not in claims and "userinfo_endpoint" in self.openid_config:
            claims = self._with_userinfo(claims, token.token)
        return self.get_provider().sociallogin_from_response(request, {"id_token": claims})

    def _claims(self, client: str, id_token: str, nonce: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(id_token)
            algorithm = header.get("alg", "")
            if algorithm not in ALGORITHMS:
                raise OAuth2Error(f"the identity token is signed with {algorithm!r}")
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key=self._key(str(header.get("kid", "")), algorithm),
                algorithms=[algorithm],
                audience=client,
                issuer=settings.HAIHE_OIDC_ISSUER,
                leeway=LEEWAY_SECONDS,
                options={"require": NEEDED},
            )
        except jwt.PyJWTError as wrong:
            raise OAuth2Error(f"the identity token is not valid: {wrong}") from wrong
        if not nonce or not hmac.compare_digest(str(claims["nonce"]), nonce):
            raise OAuth2Error("the identity token answers another request")
        if claims.get("azp", client) != client:
            raise OAuth2Error("the identity token was given to another client")
        return claims

    def _key(self, kid: str, algorithm: str) -> Any:
        key = KEYS.key(kid, self.openid_config["jwks_uri"], _fetched)
        if key is None:
            raise OAuth2Error("the identity token is signed with an unknown key")
        return jwt.get_algorithm_by_name(algorithm).from_jwk(json.dumps(key))

    def _with_userinfo(self, claims: dict[str, Any], access_token: str) -> dict[str, Any]:
        told = self._fetch_user_info(access_token)
        if told.get("sub") != claims["sub"]:
            raise OAuth2Error("the provider told of another person")
        phone = {name: told[name] for name in told if name.startswith("phone_number")}
        return claims | phone


class CitizenDoor(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth ships no types
    """Whoever the provider vouches for is a citizen here, never an account of staff."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Sign the citizen in; allauth's own accounts are never reached."""
        claims = sociallogin.account.extra_data["id_token"]
        told = str(claims.get("phone_number", ""))
        verified = claims.get("phone_number_verified") is True
        phone = kept.normal_phone(told) if verified else None
        citizen = kept.by_subject(
            settings.HAIHE_OIDC_ISSUER, str(claims["sub"]), phone, datetime.now(UTC)
        )
        after = str(sociallogin.state.get("next") or "/")
        let_in(request, citizen)
        raise ImmediateHttpResponse(HttpResponseRedirect(after))

    def on_authentication_error(self, request: HttpRequest, *_: Any, **what: Any) -> None:
        """Tell the citizen kindly, and the log exactly."""
        log.warning("not believed: %s %s", what.get("error"), what.get("exception"))
        raise ImmediateHttpResponse(refused(request))
