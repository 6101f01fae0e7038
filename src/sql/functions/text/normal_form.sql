-- A text with one spelling for what readers take for the same, case aside: without what nobody sees, digits of every
-- script as ASCII has them.
CREATE OR REPLACE FUNCTION sqlrag.normal_form(content text) RETURNS text
-- In PL/pgSQL for its quick looks: ASCII is normal as it is, and most texts need no step.
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    normal text;
BEGIN
    IF octet_length(content) = length(content) THEN
        RETURN content;
    END IF;
    normal := normalize(content, NFKC);
    IF normal ~ '[\u0590-\u06ff]' THEN
        normal := sqlrag.fold_semitic(normal);
    END IF;
    -- Soft hyphens, joiners, marks of direction and of variants stand inside of words, and so does stress in Cyrillic.
    IF normal ~ '[\u00ad\u034f\u0300\u0301\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff'
        '\U000e0100-\U000e01ef]'
    THEN
        normal := regexp_replace(normal, '[\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff'
            '\U000e0100-\U000e01ef]+|(?<=[\u0400-\u052f])[\u0300\u0301]+', '', 'g');
    END IF;
    IF normal ~ '[ёЁ]' THEN
        normal := translate(normal, 'ёЁ', 'еЕ');
    END IF;
    IF normal ~ '[\u0660-\u066c\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59\u0ed0-\u0ed9\u1040-\u1049'
        '\u17e0-\u17e9]'
    THEN
        normal := translate(normal, '٠١٢٣٤٥٦٧٨٩٫٬۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९০১২৩৪৫৬৭৮৯'
            '๐๑๒๓๔๕๖๗๘๙໐໑໒໓໔໕໖໗໘໙၀၁၂၃၄၅၆၇၈၉០១២៣៤៥៦៧៨៩',
            '0123456789.,' || repeat('0123456789', 7));
    END IF;
    RETURN normal;
END;
$$;
