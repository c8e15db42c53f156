# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors

# PF_REQUIRE(VAR, MODULE-SPEC, DEBIAN-PACKAGE)
# --------------------------------------------
# A library that we cannot do without, in one line of configure's output,
# and its package's name where it is missing.
AC_DEFUN([PF_REQUIRE], [
	PKG_CHECK_MODULES([$1], [$2], [],
	    [AC_MSG_ERROR([$2 is missing: install $3])])
])

# PF_VARNISH_DIRS
# ---------------
# Where this Varnish looks for VMODs and VCL by itself.  varnish.m4 derives
# them from our prefix only when none was given; a distribution's Varnish
# has an architecture in its libdir, so ask it unless told otherwise.
AC_DEFUN([PF_VARNISH_DIRS], [
	AS_IF([test "$prefix" = NONE || test "$prefix" = "$VARNISHAPI_PREFIX"], [
		vmoddir=$VARNISHAPI_VMODDIR
		vcldir=$VARNISHAPI_VCLDIR
	])
	AC_SUBST([varnish_vcl_path], [$VARNISHAPI_VCLDIR])
])

# PF_WARNINGS
# -----------
AC_DEFUN([PF_WARNINGS], [
	AC_ARG_ENABLE([werror],
	    [AS_HELP_STRING([--enable-werror], [warnings are errors])],
	    [], [enable_werror=no])
	PF_CFLAGS="-std=gnu11 -Wall -Wextra -Wno-unused-parameter"
	PF_CFLAGS="$PF_CFLAGS -Wshadow -Wstrict-prototypes"
	PF_CFLAGS="$PF_CFLAGS -Wmissing-prototypes -Wpointer-arith"
	AS_IF([test "$enable_werror" = yes], [PF_CFLAGS="$PF_CFLAGS -Werror"])
	AC_SUBST([PF_CFLAGS])
])

# PF_SANITIZE
# -----------
# The VMODs are loaded by a varnishd that has no sanitizer in it, so the
# run-time has to be preloaded: the tests get its path in PF_PRELOAD.
AC_DEFUN([PF_SANITIZE], [
	AC_ARG_ENABLE([sanitize],
	    [AS_HELP_STRING([--enable-sanitize],
		[AddressSanitizer and UndefinedBehaviorSanitizer])],
	    [], [enable_sanitize=no])
	AS_IF([test "$enable_sanitize" = yes], [
		PF_SAN="-fsanitize=address,undefined -fno-omit-frame-pointer"
		PF_SAN="$PF_SAN -fno-sanitize-recover=undefined"
		PF_CFLAGS="$PF_CFLAGS $PF_SAN"
		PF_PRELOAD=$($CC -print-file-name=libasan.so)
		PF_PRELOAD="$PF_PRELOAD:$($CC -print-file-name=libubsan.so)"
	])
	AM_CONDITIONAL([SANITIZE], [test "$enable_sanitize" = yes])
	AC_SUBST([PF_PRELOAD])
])

# PF_TSAN
# -------
# After all that adds to PF_CFLAGS.  What renders has flags of its own: it is
# other processes, whose threads are those of libraries, and of these their
# locks would not be seen.  The tests find another varnishd in their PATH.
AC_DEFUN([PF_TSAN], [
	AC_ARG_ENABLE([tsan],
	    [AS_HELP_STRING([--enable-tsan],
		[ThreadSanitizer in the VMODs, for the tests])],
	    [], [enable_tsan=no])
	PF_RENDERER_CFLAGS=$PF_CFLAGS
	AS_IF([test "$enable_tsan" = yes], [
		AS_IF([test "$enable_sanitize" = yes],
		    [AC_MSG_ERROR([--enable-tsan and --enable-sanitize exclude each other])])
		PF_CFLAGS="$PF_CFLAGS -fsanitize=thread"
		PF_CFLAGS="$PF_CFLAGS -fno-omit-frame-pointer"
		pf_tsan=$(cd "$srcdir/tests/tsan" && pwd)
		VARNISH_TEST_PATH="$pf_tsan:$VARNISH_TEST_PATH"
	])
	AC_SUBST([PF_RENDERER_CFLAGS])
])

# PF_FUZZ_MISSING
# ---------------
AC_DEFUN([PF_FUZZ_MISSING], [
	AC_MSG_ERROR([--enable-fuzz wants clang and its run-time: install clang, libclang-rt-dev and llvm])
])

# PF_FUZZ_CC
# ----------
# Before AC_PROG_CC: libFuzzer comes with clang alone.
AC_DEFUN([PF_FUZZ_CC], [
	AC_ARG_ENABLE([fuzz],
	    [AS_HELP_STRING([--enable-fuzz],
		[build for libFuzzer, with sanitizers, by clang])],
	    [], [enable_fuzz=no])
	AS_IF([test "$enable_fuzz" = yes && test -z "$CC"], [
		CC=clang
		AS_IF([command -v clang >/dev/null], [], [PF_FUZZ_MISSING])
	])
])

# PF_FUZZ
# -------
# All is compiled to be watched; only the entries of tests/fuzz are linked
# with the fuzzer.
AC_DEFUN([PF_FUZZ], [
	AS_IF([test "$enable_fuzz" = yes], [
		AC_MSG_CHECKING([for libFuzzer in $CC])
		pf_save_CFLAGS=$CFLAGS
		CFLAGS="$CFLAGS -fsanitize=fuzzer,address,undefined"
		AC_LINK_IFELSE([AC_LANG_SOURCE([[
			int LLVMFuzzerTestOneInput(const char *, unsigned long);
			int LLVMFuzzerTestOneInput(const char *p, unsigned long n)
			{ return (p == 0 && n > 0); }
		]])], [AC_MSG_RESULT([yes])], [
			AC_MSG_RESULT([no])
			PF_FUZZ_MISSING
		])
		CFLAGS=$pf_save_CFLAGS
		PF_CFLAGS="$PF_CFLAGS -fsanitize=fuzzer-no-link,address"
		PF_CFLAGS="$PF_CFLAGS -fsanitize=undefined"
		PF_CFLAGS="$PF_CFLAGS -fno-sanitize-recover=undefined"
		PF_CFLAGS="$PF_CFLAGS -fno-omit-frame-pointer"
	])
	AM_CONDITIONAL([FUZZ], [test "$enable_fuzz" = yes])
])
