package io.github.dl4jclipping.report.html;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * A run that was written to a file, as the page of a run holds it.
 *
 * @param data what {@link PageData} made of the run
 */
record EarlierRun(Path file, JsonNode data) {

  /**
   * Reads a page of {@link HtmlReport}, or JSON Lines.
   *
   * @throws IllegalArgumentException if the file is neither
   * @throws UncheckedIOException if it cannot be read
   */
  static EarlierRun read(Path file) {
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(
          file + " is a folder: name a page or a file of JSON Lines in it");
    }
    if (!Files.exists(file)) {
      throw new IllegalArgumentException("there is no file " + file);
    }
    try {
      String head = head(file);
      if (Page.COMPARISON.isAt(head)) {
        throw new IllegalArgumentException(
            file + " is a comparison already: name the pages of its runs");
      }
      return new EarlierRun(
          file, Page.RUN.isAt(head) ? page(file) : PageData.of(StepLines.read(file)));
    } catch (CharacterCodingException e) {
      throw StepLines.isNoRun(file, "it is not UTF-8 text");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e, e);
    }
  }

  private static String head(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(PageFile.HEAD), ISO_8859_1);
    }
  }

  private static JsonNode page(Path file) throws IOException {
    return Page.dataOf(Files.readString(file))
        .filter(data -> data.path("format").asInt() == PageData.FORMAT)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    file
                        + " is a page of HtmlReport without data of format "
                        + PageData.FORMAT
                        + ": it was cut off, or another version of dl4j-clipping wrote it"));
  }

  /** Returns the title of a page, or the file's name where there is none. */
  String title() {
    return data.path("title").asText(String.valueOf(file.getFileName()));
  }

  /** Returns whether a number was not finite that went into the parameters, or ended the run. */
  boolean isBroken() {
    return data.at("/verdict/level").asText().equals(Verdict.Level.BAD.key());
  }
}
