package io.github.dl4jclipping.report.html;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** Reads pages as a program would. */
final class Pages {

  private static final Pattern DATA =
      Pattern.compile(
          "<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL);

  private Pages() {}

  /** Returns the JSON of a page, which holds one such block. */
  static JsonNode data(Path page) throws IOException {
    Matcher matcher = DATA.matcher(Files.readString(page));
    assertThat(matcher.find()).isTrue();
    String json = matcher.group(1);
    assertThat(json).doesNotContain("<", ">", "&", "\u2028", "\u2029");
    assertThat(matcher.find()).isFalse();
    return new ObjectMapper().readTree(json); // refuses NaN and Infinity
  }

  /** Returns the numbers of an array, NaN for null. */
  static List<Double> numbers(JsonNode array) {
    List<Double> numbers = new ArrayList<>();
    array.forEach(each -> numbers.add(each.isNull() ? Double.NaN : each.asDouble()));
    return numbers;
  }
}
