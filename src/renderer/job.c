/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * How one render fails: see job.h.
 */

#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "formats.h"
#include "job.h"

int
job_fail(struct job *job, unsigned status, const char *fmt, ...)
{
	char *p;
	va_list ap;

	job->reply->status = status;
	va_start(ap, fmt);
	(void)vsnprintf(job->reply->text, sizeof job->reply->text, fmt, ap);
	va_end(ap);
	for (p = job->reply->text; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return (-1);
}

int
job_fail_vips(struct job *job, unsigned status, const char *what)
{
	const char *said = vips_error_buffer();
	int error;

	error = job_fail(job, status, "%s (%.*s)", what,
	    (int)strcspn(said, "\n"), said);
	vips_error_clear();
	return (error);
}

int
job_fail_damaged(struct job *job)
{
	char what[64];

	(void)snprintf(what, sizeof what,
	    "source is %s image that is damaged or incomplete",
	    format_label(job->source.kind));
	return (job_fail_vips(job, 422, what));
}
