"""Builds the optional compiled modules; everything else is in setup.cfg."""

import os

from setuptools import Extension, setup

MODULES = {
    "servicegap.text.lexer": "servicegap/text/lexer.py",
    "servicegap.engine.kernel": "servicegap/engine/kernel.py",
}


def extensions():
    if os.environ.get("SERVICEGAP_PURE"):
        return []
    try:
        from Cython.Build import cythonize
    except ImportError:
        return []
    # No contraction: compiled and uncompiled must agree to the last bit.
    flags = [] if os.name == "nt" else ["-O3", "-ffp-contract=off"]
    modules = [Extension(name, [path], extra_compile_args=flags) for name, path in MODULES.items()]
    compiled = cythonize(modules, language_level=3, build_dir="build/cython")
    for module in compiled:
        module.optional = True  # without a compiler the Python source runs as it is
    return compiled


setup(ext_modules=extensions())
