/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Whether what varnishd stores outlives it, by its command line.
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stddef.h>

#include <cmocka.h>

#include "storage.h"

#define GOES(cmdline)							\
	assert_false(storage_persists(cmdline, sizeof cmdline))
#define STAYS(cmdline)							\
	assert_true(storage_persists(cmdline, sizeof cmdline))

static void
goes_with_varnishd(void **state)
{
	(void)state;
	GOES("varnishd\0-a\0:80\0-f\0/etc/varnish/default.vcl");
	GOES("varnishd\0-s\0malloc,256m");
	GOES("varnishd\0-s\0s0=malloc\0-s\0Transient=malloc,1g");
	GOES("varnishd\0-sdefault,1g\0-s\0s1=file,/var/lib/x=y,10g");
	GOES("varnishd\0-s\0umem");
	/* An option's value that looks like another option. */
	GOES("varnishd\0-s\0malloc\0-n\0fellow");
}

static void
may_outlive_it(void **state)
{
	(void)state;
	STAYS("varnishd\0-s\0malloc\0-s\0fellow=fellow,/dev/sdb,1t,1g,1m");
	STAYS("varnishd\0-sdeprecated_persistent,/var/lib/x,1g");
	STAYS("varnishd\0-s\0malloc=fellow,/dev/sdb");
	STAYS("varnishd\0-s\0mallocator");
	STAYS("varnishd\0-s\0mall");
	STAYS("varnishd\0-s\0");
	STAYS("varnishd\0-s");
}

static void
may_be_cut_off(void **state)
{
	static const char cmdline[] = "varnishd\0-s\0malloc";

	(void)state;
	assert_true(storage_persists(cmdline, sizeof cmdline - 1));
	assert_true(storage_persists(cmdline, 12));
	assert_false(storage_persists(cmdline, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_with_varnishd),
		cmocka_unit_test(may_outlive_it),
		cmocka_unit_test(may_be_cut_off)
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
