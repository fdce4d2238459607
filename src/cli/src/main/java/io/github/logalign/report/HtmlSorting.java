package io.github.logalign.report;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Set;

/**
 * The only script of a page: a click on the head of a column sorts its table. Without it the page is complete. The policy of the
 * page names the script's hash, so that no other can run.
 */
final class HtmlSorting {

    private static final String SCRIPT = """
            for (const table of document.querySelectorAll('table.sortable')) {
              const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
              const number = text => parseFloat(text.replace(/[\\s\\u202f]/g, '').replace('\\u2212', '-')
                .replace('\\u221e', 'Infinity'));
              heads.forEach((head, column) => {
                const button = document.createElement('button');
                button.type = 'button';
                button.append(...head.childNodes);
                head.append(button);
                button.addEventListener('click', () => {
                  const down = head.getAttribute('aria-sort') === 'ascending', sign = down ? -1 : 1;
                  heads.forEach(other => other.removeAttribute('aria-sort'));
                  head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
                  const text = row => row.cells[column].textContent;
                  const numeric = head.classList.contains('number');
                  const rows = [...body.rows].sort((one, other) => {
                    if (!numeric) return sign * text(one).localeCompare(text(other), 'en', {numeric: true});
                    const a = number(text(one)), b = number(text(other));
                    return isNaN(a) || isNaN(b) ? isNaN(a) - isNaN(b) : a === b ? 0 : sign * (a < b ? -1 : 1);
                  });
                  body.append(...rows);
                });
              });
            }
            """;

    /** The element at the end of the page. */
    static final String ELEMENT = "<script>" + SCRIPT + "</script>";

    private HtmlSorting() {}

    /** What the policy of a page says of scripts: this one may run. */
    static String policy() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(SCRIPT.getBytes(StandardCharsets.UTF_8));
            return "script-src 'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * The head of a table that can be sorted.
     *
     * @param words the columns of words
     * @param safeColumns the names of all columns
     */
    static String head(Set<String> words, String... safeColumns) {
        StringBuilder head = new StringBuilder("<div class=\"scroll\"><table class=\"sortable\">\n<thead><tr>");
        for (String column : safeColumns) {
            head.append(words.contains(column) ? "<th>" : "<th class=\"number\">").append(column).append("</th>");
        }
        return head.append("</tr></thead>\n<tbody>\n").toString();
    }
}
