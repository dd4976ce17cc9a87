-- From version 2: a quarter hour's text beside it.
ALTER TABLE network ADD COLUMN bucket TEXT NOT NULL DEFAULT '';
UPDATE network SET bucket = strftime('%Y-%m-%dT%H:%M:%SZ', ts, 'unixepoch');
