/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Operations as rows of a table, and the kinds of values they take.
 */

#ifndef IMAGE_VALUES_H
#define IMAGE_VALUES_H

#include "image_draft.h"

#define SHOWN_MAX		36	/* bytes, a value in an error */
#define UNBUILT			(UINT_MAX - 1)

/* A word that a parameter takes, and what it stands for. */
struct word {
	const char		*word;
	unsigned		value;	/* or UNBUILT */
	enum {
		WORD_PLAIN = 0,
		WORD_READ,	/* but never written: another is canonical */
		WORD_ALIAS,	/* as that, and not named in errors */
		WORD_HIDDEN	/* written, but not named in errors */
	}			use;
};

struct operation;

/* What an operation's values look like. */
struct kind {
	int			(*parse)(struct draft *,
				    const struct operation *, const char *);
	/* NULL: it leaves no trace in the canonical text. */
	void			(*write)(struct text *,
				    const struct image_ops *,
				    const struct operation *);
	/* Has it a say?  NULL: it has where the field is not 0. */
	bool			(*present)(const struct image_ops *,
				    const struct operation *);
};

struct operation {
	const char		*name;
	const char		*alias;
	const struct kind	*kind;
	size_t			field;	/* its place in image_ops */
	const struct word	*words;
	int			min, max;	/* both 0: takes no number */
	unsigned		neutral;	/* the value stored as 0 */
	unsigned		bias;	/* stored is the number plus this */
	bool			px;	/* of the result: dpr multiplies it */
	bool			lines;	/* may hold newlines */
	const char		*accepted;	/* where the above do not say */
};

/* In image_values.c; of a field that is unsigned, an enum or an int. */
extern const struct kind value_number;		/* and words */
extern const struct kind value_decimal;		/* in 1/ONE */
extern const struct kind value_colour;

/* In image_compounds.c. */
extern const struct kind value_dpr;
extern const struct kind value_fit;
extern const struct kind value_crop;
extern const struct kind value_focal;
extern const struct kind value_border;
extern const struct kind value_filter;
extern const struct kind value_offset;
extern const struct kind value_pos;

/* In image_strings.c. */
extern const struct kind value_mark;
extern const struct kind value_text;
extern const struct kind value_font;
extern const struct kind value_explain;
extern const struct kind value_preset;
extern const struct kind value_expires;
extern const struct kind value_signature;

extern const struct word bool_words[];
extern const struct word not_words[];		/* true is 0 */

/* In image_ops.c: the table. */
const struct operation *operation(enum operation_id);

/*
 * In image_settle.c: multiply what is in px.  Returns NULL, or the operation
 * that left its range, as *px.
 */
const struct operation *ops_multiply(struct image_ops *, unsigned dpr,
    int *px);

/* A client's text as it may stand in an error. */
const char *value_shown(const char *s, char buf[SHOWN_MAX]);
int value_refuse(struct draft *, const struct operation *, const char *value);

unsigned *value_field(struct image_ops *, const struct operation *);
unsigned value_of(const struct image_ops *, const struct operation *);
const char *value_word(const struct word *, unsigned value);

/* What value_number does, for kinds like it. */
int number_parse(struct draft *, const struct operation *, const char *);
void number_write(struct text *, const struct image_ops *,
    const struct operation *);

/* A number at *s within min..max; *s moves behind it. */
bool value_read_number(const char **s, int min, int max, int *n);
/* As that, with decimals and in 1/ONE. */
bool value_read_decimal(const char **s, int min, int max, int *n);
void value_write_number(struct text *, int n);
void value_write_decimal(struct text *, int n);

#endif
