-- which term of a duty is the newest; 0: nobody has ever held it
select coalesce(max(term), 0) from terms where what = $what
