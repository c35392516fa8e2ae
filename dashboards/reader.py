"""Who reads: the person that signed in, where the server is set up for it (`[auth]` of Streamlit's secrets)."""

import streamlit as st


def can_sign_in() -> bool:
    """Whether readers can sign in here at all."""
    return "is_logged_in" in st.user


def email() -> str | None:
    """The address that the provider vouches for; None where nobody signed in."""
    address = st.user.get("email") if st.user.get("is_logged_in") is True else None
    is_theirs = st.user.get("email_verified") is not False
    return address.strip().lower() if isinstance(address, str) and is_theirs else None


def offer() -> None:
    """Draw the way in or out into the sidebar, where there is one."""
    if not can_sign_in():
        return
    with st.sidebar:
        if address := email():
            st.button("Sign out", on_click=st.logout, icon=":material/logout:", help=f"Signed in as {address}")
        else:
            st.button(
                "Sign in", on_click=st.login, icon=":material/login:", help="To see what is about yourself, on SQL"
            )
