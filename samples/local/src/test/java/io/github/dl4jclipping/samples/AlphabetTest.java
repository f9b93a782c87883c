package io.github.dl4jclipping.samples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AlphabetTest {

  @Test
  void numbersTheFrequentFirst() {
    Alphabet alphabet = new Alphabet("abcbcc", 128);

    assertThat(alphabet.size()).isEqualTo(4);
    assertThat(alphabet.encode("cba")).containsExactly(1, 2, 3);
  }

  @Test
  void numbersEquallyFrequentOnesInTheirOwnOrder() {
    assertThat(new Alphabet("dacb", 128).encode("abcd")).containsExactly(1, 2, 3, 4);
  }

  @Test
  void putsTheRareAndTheUnknownTogether() {
    Alphabet alphabet = new Alphabet("aaaabbbccd", 3);

    assertThat(alphabet.size()).isEqualTo(3);
    assertThat(alphabet.encode("abcd?")).containsExactly(1, 2, 0, 0, 0);
  }

  @Test
  void takesACharacterOutsideTheBasicPlaneAsOne() {
    assertThat(new Alphabet("\uD83D\uDE42", 128).encode("\uD83D\uDE42\uD83D\uDE42"))
        .containsExactly(1, 1);
  }

  @Test
  void neverLeavesANetworkWithASingleOutput() {
    assertThat(new Alphabet("aaaa", 128).size()).isEqualTo(2);
  }
}
