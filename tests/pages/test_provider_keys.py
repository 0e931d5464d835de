"""Keys of the identity provider: kept, fetched again for an unknown one, never for every token."""

from __future__ import annotations

import pytest

from haihe.identity.provider_keys import ASK_SECONDS, KEPT_SECONDS, KEYS_MAX, Key, ProviderKeys

ADDRESS = "https://idp.example/keys"


class Provider:
    """A provider that counts how often it is asked, and a clock that stands still."""

    def __init__(self, *kids: str) -> None:
        self.kids, self.asked, self.now = list(kids), 0, 100.0
        self.keys = ProviderKeys(lambda: self.now)

    def fetch(self, address: str) -> list[Key]:
        assert address == ADDRESS
        self.asked += 1
        return [{"kid": kid, "use": "sig"} for kid in self.kids]

    def knows(self, kid: str) -> bool:
        return self.keys.key(kid, ADDRESS, self.fetch) is not None


def test_known_keys_are_asked_for_once() -> None:
    provider = Provider("one")
    assert all(provider.knows("one") for _ in range(20))
    assert provider.asked == 1


def test_a_new_key_is_found_and_the_old_one_forgotten() -> None:
    provider = Provider("one")
    assert provider.knows("one")
    provider.kids = ["two"]
    provider.now += ASK_SECONDS
    assert provider.knows("two")
    assert not provider.knows("one")
    assert provider.asked == 2


def test_made_up_keys_ask_the_provider_no_more_than_now_and_then() -> None:
    provider = Provider("one")
    assert not any(provider.knows(f"made-up-{n}") for n in range(50))
    assert provider.asked == 1


def test_a_withdrawn_key_is_believed_for_a_limited_time() -> None:
    provider = Provider("one")
    assert provider.knows("one")
    provider.kids = []
    provider.now += KEPT_SECONDS
    assert not provider.knows("one")


def test_no_more_keys_than_the_limit_are_kept_and_only_those_for_signatures() -> None:
    provider = Provider(*(f"k{n}" for n in range(KEYS_MAX + 1)))
    assert provider.knows("k0")
    assert not provider.knows(f"k{KEYS_MAX}")
    other = ProviderKeys()
    assert other.key("e", ADDRESS, lambda _: [{"kid": "e", "use": "enc"}]) is None


def test_a_provider_that_does_not_answer_leaves_what_was_known() -> None:
    provider = Provider("one")
    assert provider.knows("one")

    def away(_: str) -> list[Key]:
        raise ConnectionError

    provider.now += ASK_SECONDS
    with pytest.raises(ConnectionError):
        provider.keys.key("two", ADDRESS, away)
    assert provider.knows("one")
