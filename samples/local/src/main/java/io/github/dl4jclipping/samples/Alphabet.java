package io.github.dl4jclipping.samples;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers the characters of a text.
 *
 * <p>The most frequent ones have a number of their own; number 0 stands for all others, so that a
 * text in any script makes a network of bounded size.
 */
final class Alphabet {

  private static final int OTHER = 0;

  private final Map<Integer, Integer> numbers = new HashMap<>();

  /**
   * Collects the characters of a text.
   *
   * @param most the most numbers to give out
   */
  Alphabet(String text, int most) {
    Map<Integer, Long> counts = text.codePoints().boxed().collect(groupingBy(c -> c, counting()));
    List<Integer> frequentFirst =
        counts.keySet().stream()
            .sorted(
                Comparator.<Integer, Long>comparing(counts::get)
                    .reversed()
                    .thenComparing(Comparator.naturalOrder()))
            .limit(most - 1L)
            .toList();
    for (int character : frequentFirst) {
      numbers.put(character, numbers.size() + 1);
    }
  }

  /** Returns how many numbers there are, the one for all others included. */
  int size() {
    return numbers.size() + 1;
  }

  /** Returns the numbers of a text's characters. */
  int[] encode(String text) {
    return text.codePoints().map(character -> numbers.getOrDefault(character, OTHER)).toArray();
  }
}
