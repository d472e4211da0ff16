-- What a person said of a step here is no longer among the steps a transaction took: ways are told anew.
delete from meta where key = 'definitions';
