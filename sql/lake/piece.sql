-- one piece of a copy
select data from copies where copy = $copy and piece = $piece
