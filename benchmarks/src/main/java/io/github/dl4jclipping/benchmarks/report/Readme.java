package io.github.dl4jclipping.benchmarks.report;

/**
 * A text with sections that are rewritten, each between {@code <!-- begin NAME -->} and {@code <!--
 * end NAME -->}; what stands around them stays.
 *
 * @param text all of it
 */
public record Readme(String text) {

  /**
   * Returns the text with other content in one section.
   *
   * @throws IllegalArgumentException if the text has no such section
   */
  public Readme with(String section, String content) {
    String begin = "<!-- begin " + section + " -->";
    String end = "<!-- end " + section + " -->";
    int from = text.indexOf(begin);
    int to = text.indexOf(end, Math.max(from, 0));
    if (from < 0 || to < 0) {
      throw new IllegalArgumentException("no section " + begin + " ... " + end);
    }
    return new Readme(
        text.substring(0, from + begin.length())
            + "\n\n"
            + content.strip()
            + "\n\n"
            + text.substring(to));
  }
}
