/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * A compiled VCL carries its own source: struct VCL_conf, which the public
 * vcl.h declares, is a symbol of the shared object that the VCL was compiled
 * to.  Any address within that object leads to it.  This is a trick and not
 * an interface, so all of it is here, and its failure is no more than a
 * configuration hash without the VCL's text.
 */

#include "config.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include <cache/cache.h>
#include <vcl.h>

#include "config_hash.h"
#include "vcl_text.h"

static int
vcl_text_add(struct config_hash *ch, const struct VCL_conf *conf)
{
	char label[128];
	const char *base;
	unsigned u;
	int n = 0;

	for (u = 0; u < (unsigned)conf->nsrc; u++) {
		if (!config_hash_vcl_wanted(conf->srcname[u]))
			continue;
		base = strrchr(conf->srcname[u], '/');
		base = base == NULL ? conf->srcname[u] : base + 1;
		/* The file that -f or vcl.load names goes by any name. */
		bprintf(label, "vcl:%.100s", u == 0 ? "main" : base);
		config_hash_add(ch, label, conf->srcbody[u],
		    strlen(conf->srcbody[u]));
		n++;
	}
	return (n);
}

int
vcl_text_hash(struct config_hash *ch, const void *inside)
{
	const struct VCL_conf *conf;
	Dl_info di;
	void *h;
	int n = -1;

	if (dladdr(inside, &di) == 0 || di.dli_fname == NULL)
		return (-1);
	h = dlopen(di.dli_fname, RTLD_NOW | RTLD_NOLOAD);
	if (h == NULL)
		return (-1);
	conf = dlsym(h, "VCL_conf");
	if (conf != NULL && conf->magic == VCL_CONF_MAGIC)
		n = vcl_text_add(ch, conf);
	(void)dlclose(h);
	return (n);
}
