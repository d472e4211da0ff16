-- puts some of the facts in front of all of them
create or replace temp view facts as from {facts};
create or replace temp view measures as from {measures};
create or replace temp view open_steps as from {open_steps};
