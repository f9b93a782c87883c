package io.github.dl4jclipping.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

class CharacterBatchesTest {

  private static final int KINDS = 7;
  private static final int[] TEXT =
      IntStream.range(0, CharacterBatches.MIN_TEXT).map(i -> i % KINDS).toArray();

  @Test
  void eachCharacterIsFollowedByTheNext() {
    DataSet batch = new CharacterBatches(TEXT, KINDS, 1).next();

    INDArray characters = batch.getFeatures().argMax(1);
    INDArray followers = batch.getLabels().argMax(1);
    assertThat(characters.shape()).containsExactly(16, 100);
    for (int piece = 0; piece < 16; piece++) {
      for (int i = 0; i < 100; i++) {
        assertThat(followers.getLong(piece, i))
            .isEqualTo((characters.getLong(piece, i) + 1) % KINDS);
      }
    }
  }

  @Test
  void eachPositionHoldsOneCharacter() {
    DataSet batch = new CharacterBatches(TEXT, KINDS, 1).next();

    assertThat(batch.getFeatures().shape()).containsExactly(16, KINDS, 100);
    assertThat(batch.getFeatures().sum(1).minNumber().intValue()).isEqualTo(1);
    assertThat(batch.getFeatures().sum(1).maxNumber().intValue()).isEqualTo(1);
    assertThat(batch.getLabels().sumNumber().intValue()).isEqualTo(1600);
  }

  @Test
  void theSameSeedGivesTheSameBatches() {
    CharacterBatches one = new CharacterBatches(TEXT, KINDS, 5);
    CharacterBatches same = new CharacterBatches(TEXT, KINDS, 5);

    assertThat(one.next()).isEqualTo(same.next());
    assertThat(one.next()).isEqualTo(same.next());
    assertThat(one.next()).isNotEqualTo(new CharacterBatches(TEXT, KINDS, 5).next());
  }
}
