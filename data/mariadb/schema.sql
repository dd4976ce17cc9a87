-- What `tfl-top setup mariadb` makes; what is there is left as it is. `tfl` stands for mariadb.database.
--
-- The visible columns, their order and their types are those that a JDBC connector is to see: it reads SELECT *, and its record
-- has a field for each. `n` is invisible: the key of a row that keeps its place when all else in it changes.
-- Two stations may share a name; none share an id.
CREATE DATABASE IF NOT EXISTS `tfl` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `tfl`.stations (
	n INT UNSIGNED NOT NULL AUTO_INCREMENT INVISIBLE PRIMARY KEY,
	id VARCHAR(64) NULL CHECK (id IS NOT NULL),
	name VARCHAR(255) NOT NULL,
	FareZones VARCHAR(255) NULL,
	HubNaptanCode VARCHAR(64) NULL,
	Wifi BOOLEAN NULL CHECK (Wifi IN (0, 1)),
	OutsideStationUniqueId VARCHAR(64) NULL,
	BlueBadgeCarParking BOOLEAN NULL CHECK (BlueBadgeCarParking IN (0, 1)),
	BlueBadgeCarParkSpaces INT NULL,
	TaxiRanksOutsideStation BOOLEAN NULL CHECK (TaxiRanksOutsideStation IN (0, 1)),
	MainBusInterchange VARCHAR(255) NULL,
	PierInterchange VARCHAR(255) NULL,
	NationalRailInterchange VARCHAR(255) NULL,
	AirportInterchange VARCHAR(255) NULL,
	EmiratesAirLineInterchange VARCHAR(255) NULL,
	lat VARCHAR(20) NULL CHECK (lat REGEXP '^-?[0-9]{1,2}([.][0-9]+)?(E-[0-9]+)?$' AND lat BETWEEN -90.0 AND 90.0),
	lon VARCHAR(20) NULL CHECK (lon REGEXP '^-?[0-9]{1,3}([.][0-9]+)?(E-[0-9]+)?$' AND lon BETWEEN -180.0 AND 180.0),
	location VARCHAR(41) AS (CONCAT(lat, ',', lon)) STORED,
	created_date TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
	modified_date TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
	UNIQUE KEY stations_id (id),
	KEY stations_name (name),
	KEY stations_modified (modified_date)
);

CREATE TABLE IF NOT EXISTS `tfl`.users (
	n INT UNSIGNED NOT NULL AUTO_INCREMENT INVISIBLE PRIMARY KEY,
	name VARCHAR(255) NOT NULL,
	email_address VARCHAR(255) NULL,
	created_date TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
	modified_date TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
	KEY users_name (name),
	KEY users_modified (modified_date)
);
