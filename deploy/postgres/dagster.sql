-- Run once by the image of PostgreSQL, when its volume is empty: Dagster's history has a database beside ours.
create database dagster owner cin;
