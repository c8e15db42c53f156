/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What bounded loads do to a fleet of render caches: a table of workloads
 * by rules, from a simulation (sim_fleet.h) around the VMOD's own code.
 *
 * Build and run from the top of the tree, about a minute:
 *	cc -std=gnu11 -O2 -Isrc/vmod_fleet -o /tmp/bound_sim \
 *	    bench/bound_sim.c bench/sim_*.c src/vmod_fleet/bound*.c \
 *	    src/vmod_fleet/gate.c src/vmod_fleet/ring.c -lcrypto -lm
 *	nice /tmp/bound_sim --n 3,10,100
 * --n 1000 takes ten minutes and 300 MB.
 *
 * Requests are 6000/s at each node, 1 % of them for keys never seen before
 * (2000/s and 2 % at 1000 nodes).  Columns, measured after a warm second:
 *	mean, peak	requests at a node; the most at any node
 *	p99, p99.9	latency in ms
 *	dup		% of the requests that render what its owner has
 *	copies		nodes that hold a key which was asked for
 *	moved		% of the requests that did not go to the owner
 * A star marks a fleet whose queues were growing to the end: its figures
 * would be worse in a longer run.
 */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_fleet.h"

#define N_RULES		3
#define LARGE		1000

static const char *const rule_name[N_RULES] = {
	[BOUND_OFF] = "off", [BOUND_TEXTBOOK] = "textbook",
	[BOUND_BOUNDED] = "bounded"
};

static const char *const workload_name[SIM_WORKLOADS] = {
	[SIM_ZIPF] = "zipf", [SIM_HOT] = "hot", [SIM_UNIFORM] = "uniform",
	[SIM_FLASH] = "flash", [SIM_SLOW] = "slow"
};

struct options {
	const char		*sizes;
	const char		*workloads;	/* NULL: all */
	struct sim_setup	setup;
	double			seconds;	/* 0: by size */
};

static const char usage[] =
    "usage: bound_sim [--n 3,10,100] [--workload zipf,hot,uniform,flash,slow]"
    "\n    [--seconds s] [--seed i] [--copy] [--set name=value]...\n"
    "  --copy  an overflow copies from the owner rather than renders\n"
    "  --set   a constant:";

static void
die(void)
{
	unsigned i;

	fputs(usage, stderr);
	for (i = 0; i < BOUND_LIMITS; i++)
		fprintf(stderr, " %s", bound_limits[i].name);
	fputs("\n", stderr);
	exit(2);
}

static void
set_constant(struct bound_config *cf, const char *text)
{
	const char *value = strchr(text, '=');
	unsigned i;

	for (i = 0; i < BOUND_LIMITS && value != NULL; i++)
		if (strlen(bound_limits[i].name) == (size_t)(value - text) &&
		    strncmp(bound_limits[i].name, text,
		    (size_t)(value - text)) == 0) {
			*bound_config_value(cf, &bound_limits[i]) =
			    (uint32_t)strtoul(value + 1, NULL, 10);
			return;
		}
	die();
}

/* Is the word in a list with commas? */
static bool
is_listed(const char *list, const char *word)
{
	size_t len = strlen(word);
	const char *p;

	for (p = list; p != NULL; p = strchr(p, ',')) {
		p += *p == ',';
		if (strncmp(p, word, len) == 0 &&
		    (p[len] == '\0' || p[len] == ','))
			return (true);
	}
	return (list == NULL);
}

static double
seconds_for(unsigned n)
{
	return (n >= LARGE ? 1 : n >= 100 ? 3 : n >= 10 ? 15 : 20);
}

static void
print_cells(const struct sim_result *r, enum bound_mode rule)
{
	printf(" |%7.2f%c%7u %6.1f %6.0f", r->mean, r->melts ? '*' : ' ',
	    r->peak, r->p99, r->p999);
	if (rule != BOUND_OFF)
		printf(" %5.3f", r->dup);
	if (rule == BOUND_BOUNDED)
		printf(" %6.3f %5.1f", r->copies, r->moved);
	fflush(stdout);
}

static void
print_table(const struct options *o, unsigned n)
{
	struct sim_setup setup = o->setup;
	struct sim_result result;
	unsigned w, rule;

	setup.n = n;
	setup.rate = n >= LARGE ? 2000 : 6000;
	setup.unique = n >= LARGE ? 0.02 : 0.01;
	setup.warm = 1;
	setup.seconds = o->seconds > 0 ? o->seconds : seconds_for(n);
	printf("%-7s | %-28s | %-34s | %s\n", "", rule_name[BOUND_OFF],
	    rule_name[BOUND_TEXTBOOK], rule_name[BOUND_BOUNDED]);
	printf("n=%-5u |   mean    peak    p99  p99.9 |   mean    peak    p99"
	    "  p99.9   dup |   mean    peak    p99  p99.9   dup copies moved\n",
	    n);
	for (w = 0; w < SIM_WORKLOADS; w++) {
		if (!is_listed(o->workloads, workload_name[w]))
			continue;
		printf("%-7s", workload_name[w]);
		setup.workload = (enum sim_workload)w;
		for (rule = 0; rule < N_RULES; rule++) {
			setup.config.mode = (enum bound_mode)rule;
			sim_run(&setup, &result);
			print_cells(&result, setup.config.mode);
		}
		printf("\n");
	}
	printf("\n");
}

static void
parse(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "n", required_argument, NULL, 'n' },
		{ "workload", required_argument, NULL, 'w' },
		{ "seconds", required_argument, NULL, 's' },
		{ "seed", required_argument, NULL, 'S' },
		{ "copy", no_argument, NULL, 'c' },
		{ "set", required_argument, NULL, 'x' },
		{ NULL, 0, NULL, 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		switch (c) {
		case 'n':
			o->sizes = optarg;
			break;
		case 'w':
			o->workloads = optarg;
			break;
		case 's':
			o->seconds = strtod(optarg, NULL);
			break;
		case 'S':
			o->setup.seed = strtoull(optarg, NULL, 10);
			break;
		case 'c':
			o->setup.copy = true;
			break;
		case 'x':
			set_constant(&o->setup.config, optarg);
			break;
		default:
			die();
		}
	if (optind != argc)
		die();
}

int
main(int argc, char **argv)
{
	struct options o = { .sizes = "3,10,100", .setup = { .seed = 1 } };
	const struct bound_limit *wrong;
	const char *p;
	unsigned long n;
	char *end;

	bound_config_init(&o.setup.config);
	parse(&o, argc, argv);
	wrong = bound_config_check(&o.setup.config);
	if (wrong != NULL) {
		fprintf(stderr, "bound_sim: %s is %u to %u %s\n", wrong->name,
		    wrong->min, wrong->max, wrong->unit);
		return (2);
	}
	for (p = o.sizes; ; p = end + 1) {
		n = strtoul(p, &end, 10);
		if (n == 0 || n > BOUND_NODES_MAX)
			die();
		print_table(&o, (unsigned)n);
		if (*end != ',')
			break;
	}
	return (0);
}
