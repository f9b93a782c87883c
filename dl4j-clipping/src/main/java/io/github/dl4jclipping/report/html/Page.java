package io.github.dl4jclipping.report.html;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * Puts a run's data into the page: one file with its charting library, that asks no network and
 * runs no script but its own.
 */
final class Page {

  /** What tells our pages from other files; stands within the first 300 bytes. */
  static final String MARK = "<meta name=\"generator\" content=\"dl4j-clipping HtmlReport\">";

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String CHARTS = resource("uplot/uPlot.iife.min.js");
  private static final String SCRIPT = resource("page.js");

  /** The page around title, verdict and data; what is the same on all pages is filled in once. */
  private static final String TEMPLATE =
      resource("page.html")
          .replace("{{mark}}", MARK)
          .replace("{{script-hashes}}", hash(CHARTS) + " " + hash(SCRIPT))
          .replace("{{charts-style}}", resource("uplot/uPlot.min.css"))
          .replace("{{style}}", resource("page.css"))
          .replace("{{charts-licence}}", escape(resource("uplot/LICENSE")))
          .replace("{{charts}}", CHARTS)
          .replace("{{script}}", SCRIPT);

  private static final String[] PIECES = TEMPLATE.split("\\{\\{(?:title|headline|data)}}", -1);

  private Page() {}

  /** Returns the page; the data goes in as it is, title and headline as text, too. */
  static String of(String title, String headline, ObjectNode data) {
    return PIECES[0]
        + escape(title)
        + PIECES[1]
        + escape(headline)
        + PIECES[2]
        + json(data)
        + PIECES[3];
  }

  /** No character of it means anything to HTML. */
  private static String json(ObjectNode data) {
    try {
      // These five stand within strings only.
      return MAPPER
          .writeValueAsString(data)
          .replace("&", "\\u0026")
          .replace("<", "\\u003c")
          .replace(">", "\\u003e")
          .replace("\u2028", "\\u2028")
          .replace("\u2029", "\\u2029");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of numbers and text is always written", e);
    }
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** Returns what a Content-Security-Policy calls a script. */
  private static String hash(String script) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(script.getBytes(UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  private static String resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the jar of dl4j-clipping lacks " + name);
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name + " in the jar of dl4j-clipping", e);
    }
  }
}
