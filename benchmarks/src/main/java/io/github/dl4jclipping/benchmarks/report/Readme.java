package io.github.dl4jclipping.benchmarks.report;

/**
 * Holds a text with sections that can be replaced. Each is between {@code <!-- begin NAME -->} and
 * {@code <!-- end NAME -->}; the rest of the text stays.
 *
 * @param text the whole text
 */
public record Readme(String text) {

  /**
   * Returns the text with new content in one section.
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
