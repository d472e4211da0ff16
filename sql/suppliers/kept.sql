-- keeps what is asked about one partner, of whom several things are asked; of all of them one thing is, and keeping so many rows takes half as long again
create or replace temp table kept_transactions as from asked_transactions;
create or replace temp table kept_promises as from asked_promises;
create or replace temp table kept_receipts as from asked_receipts;
create or replace temp table kept_answers as from asked_answers;
create or replace temp view asked_transactions as from kept_transactions;
create or replace temp view asked_promises as from kept_promises;
create or replace temp view asked_receipts as from kept_receipts;
create or replace temp view asked_answers as from kept_answers;
