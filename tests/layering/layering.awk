# layering.awk FILE… (paths below src/): reads every #include and prints each arrow that points up, and each library met in a room that
# must not know it, also by way of our own headers. The rooms, lowest first:
BEGIN {
	may["base"] = "base"
	may["model"] = "model base"
	may["avro"] = "avro model base"
	may["feed"] = "feed avro model base"
	may["elastic"] = "elastic feed avro model base"
	may["postgres"] = "postgres feed avro model base"
	may["mariadb"] = "mariadb feed avro model base"
	may["store"] = "store feed avro model base"
	may["sim"] = "sim feed avro model base"
	may["pipeline"] = "pipeline mariadb feed avro model base"
	may["ui"] = "ui store sim pipeline feed model base"
	may["command"] = "command ui elastic postgres mariadb store sim pipeline feed avro model base"

	# room: libraries it may meet, by the first word of the header's name
	knows["base"] = "curl"
	knows["model"] = ""
	knows["avro"] = "avro jansson"
	knows["mariadb"] = "mariadb mysql jansson librdkafka"
	knows["postgres"] = "libpq-fe postgresql librdkafka"
	knows["feed"] = "librdkafka curl jansson"
	knows["elastic"] = "librdkafka jansson"
	knows["store"] = "sqlite3 librdkafka jansson"
	knows["sim"] = "librdkafka"
	knows["pipeline"] = "librdkafka curl jansson"
	knows["ui"] = ""
	knows["command"] = "librdkafka sqlite3 curl jansson"
	library = "^(librdkafka|sqlite3|curl|jansson|avro|mariadb|mysql|libpq-fe|postgresql|ncurses|curses|ncursesw|term|menu|panel)([./]|$)"
	terminal = "ui/terminal.c" # the one file with curses

	# model is pure: neither these headers nor these calls
	outside = "^(unistd|fcntl|poll|dirent|netdb|signal|pthread|termios|sys/.*|netinet/.*|arpa/.*)\\.h$"
	calls = "(^|[^a-z_])(fopen|fdopen|fread|fwrite|fputs|fputc|puts|printf|fprintf|getenv|system|time|clock_gettime) *\\("
}

FNR == 1 {
	file = FILENAME
	sub(/^.*src\//, "", file)
	room[file] = index(file, "/") ? substr(file, 1, index(file, "/") - 1) : "command"
	files[++count] = file
}

match($0, /^[ \t]*#[ \t]*include[ \t]*[<"][^>"]+[>"]/) {
	name = $0
	sub(/^[^<"]*[<"]/, "", name)
	sub(/[>"].*/, "", name)
	includes[file] = includes[file] " " name
	if (room[file] == "model" && name ~ outside)
		complain(file " does input or output: it includes " name)
}

room[file] == "model" && $0 !~ /^[ \t]*(\/?\*|\/\/)/ && $0 ~ calls {
	complain(file " does input or output: " $0)
}

function complain(text) {
	print text
	bad = 1
}

function has(list, word) {
	return index(" " list " ", " " word " ") > 0
}

# Libraries that `from` meets by way of `header`, each header of ours walked once.
function walk(from, header, path,    names, n, i, word) {
	if (header ~ library && !(header in room)) { # a room of ours may be called as the library it is for
		word = header
		sub(/[.\/].*/, "", word)
		if (from == terminal && word ~ /curses|^term$/)
			return
		if (!has(knows[room[from]], word))
			complain(from " must not know " word ": " path)
		return
	}
	if (!(header in room) || (from, header) in walked)
		return
	walked[from, header] = 1
	n = split(includes[header], names, " ")
	for (i = 1; i <= n; i++)
		walk(from, names[i], path " > " names[i])
}

END {
	for (k = 1; k <= count; k++) {
		file = files[k]
		if (!(room[file] in may)) {
			complain(file " is in a room that layering.awk does not know")
			continue
		}
		n = split(includes[file], names, " ")
		for (i = 1; i <= n; i++) {
			target = names[i]
			if (index(target, "/") && (substr(target, 1, index(target, "/") - 1) in may) && \
			    !has(may[room[file]], substr(target, 1, index(target, "/") - 1)))
				complain(file " points up: it includes " target)
			walk(file, target, file " > " target)
		}
	}
	exit bad
}
