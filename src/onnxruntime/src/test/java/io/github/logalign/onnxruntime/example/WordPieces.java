package io.github.logalign.onnxruntime.example;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Texts as the token ids of BERT's uncased vocabulary: words, cut into the longest pieces that it has. */
final class WordPieces {

    private static final String START = "[CLS]";
    private static final String END = "[SEP]";
    private static final String UNKNOWN = "[UNK]";
    private static final int MOST = 256;

    /** A sign, or what stands between signs and white space. */
    private static final Pattern WORD = Pattern.compile("\\p{Punct}|[^\\s\\p{Punct}]+");

    private final Map<String, Long> ids = new HashMap<>();

    /** Reads the vocabulary of a tokenizer.json. */
    WordPieces(InputStream tokenizer) throws IOException {
        try (JsonParser json = new JsonFactory().createParser(tokenizer)) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.FIELD_NAME && json.currentName().equals("vocab")) {
                    json.nextToken();
                    readVocabulary(json);
                    return;
                }
            }
        }
        throw new IOException("the tokenizer has no vocabulary");
    }

    private void readVocabulary(JsonParser json) throws IOException {
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String piece = json.currentName();
            json.nextToken();
            ids.put(piece, json.getLongValue());
        }
    }

    /** The ids of a text, 256 at most. */
    long[] of(String text) {
        List<Long> found = new ArrayList<>();
        found.add(id(START));
        Matcher words = WORD.matcher(text.toLowerCase(Locale.ROOT));
        while (words.find()) {
            addPieces(words.group(), found);
        }
        List<Long> kept = found.size() < MOST ? found : found.subList(0, MOST - 1);
        kept.add(id(END));
        return kept.stream().mapToLong(Long::longValue).toArray();
    }

    private void addPieces(String word, List<Long> found) {
        List<Long> pieces = new ArrayList<>();
        int start = 0;
        while (start < word.length()) {
            int end = word.length();
            String prefix = start == 0 ? "" : "##";
            while (end > start && !ids.containsKey(prefix + word.substring(start, end))) {
                end--;
            }
            if (end == start) {
                found.add(id(UNKNOWN));
                return;
            }
            pieces.add(id(prefix + word.substring(start, end)));
            start = end;
        }
        found.addAll(pieces);
    }

    private long id(String piece) {
        Long id = ids.get(piece);
        if (id == null) {
            throw new IllegalStateException("the vocabulary lacks " + piece);
        }
        return id;
    }
}
