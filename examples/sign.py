import base64, hashlib, hmac, os, sys


def sign(key_id, secret, key, expires):
    """A token that opens a key, with all that hangs on it, until a time in whole seconds since 1970."""
    claim = f"{key_id}.{expires}.k"
    mac = hmac.digest(secret.encode(), f"sluice-1\n{claim}\n{key}".encode(), hashlib.sha256)
    return f"{claim}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


# python3 examples/sign.py KEY EXPIRES, with KEY_ID and SECRET in the environment
print(sign(os.environ["KEY_ID"], os.environ["SECRET"], *sys.argv[1:]))
