package io.github.dl4jclipping.report.html;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * Puts data into a page: one file with its charting library, that asks no network and runs no
 * script but its own.
 */
enum Page {
  /** One run. */
  RUN("HtmlReport", "page"),
  /** Several runs side by side. */
  COMPARISON("RunComparison", "comparison");

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** What stands before the data and after them. */
  private static final String DATA = "<script type=\"application/json\" id=\"data\">";

  private static final String END = "</script>";

  private final String writer;
  private final String mark;

  @SuppressWarnings("ImmutableEnumChecker") // nobody changes the array
  private final String[] pieces;

  Page(String writer, String name) {
    this.writer = writer;
    this.mark = "<meta name=\"generator\" content=\"dl4j-clipping " + writer + "\">";
    String charts = resource("uplot/uPlot.iife.min.js");
    String script =
        "\"use strict\";\n(() => {\n" + resource("shared.js") + resource(name + ".js") + "})();\n";
    // What is the same on all pages is filled in once.
    this.pieces =
        resource(name + ".html")
            .replace("{{mark}}", mark)
            .replace("{{script-hashes}}", hash(charts) + " " + hash(script))
            .replace("{{charts-style}}", resource("uplot/uPlot.min.css"))
            .replace("{{style}}", resource("page.css"))
            .replace("{{charts-licence}}", escape(resource("uplot/LICENSE")))
            .replace("{{charts}}", charts)
            .replace("{{script}}", script)
            .split("\\{\\{(?:title|headline|data)}}", -1);
  }

  /** Returns the name of the class that writes such pages. */
  String writer() {
    return writer;
  }

  /** Returns whether a file that begins like this is such a page. */
  boolean isAt(String head) {
    return head.contains(mark);
  }

  /** Returns the page; the data goes in as it is, title and headline as text, too. */
  String of(String title, String headline, ObjectNode data) {
    return pieces[0]
        + escape(title)
        + pieces[1]
        + escape(headline)
        + pieces[2]
        + DATA
        + json(data)
        + END
        + pieces[3];
  }

  /** Returns the data of a page; nothing where there are none that can be read. */
  static Optional<JsonNode> dataOf(String page) {
    int start = page.indexOf(DATA) + DATA.length();
    int end = page.indexOf(END, start);
    if (start < DATA.length() || end < 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(MAPPER.readTree(page.substring(start, end)));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
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
