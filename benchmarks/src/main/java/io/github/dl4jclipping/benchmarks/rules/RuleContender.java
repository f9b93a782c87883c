package io.github.dl4jclipping.benchmarks.rules;

import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.rule.ClipRule;

/** Lists the rules that are compared, each with its defaults. */
public enum RuleContender {
  STOCK("stock DL4J", ClipRule.none()),
  GLOBAL_NORM("`globalNorm(1)`", ClipRule.globalNorm(1)),
  VALUE("`value(0.1)`", ClipRule.value(0.1)),
  LAYER_NORM("`layerNorm(1)`", ClipRule.layerNorm(1)),
  RENORMALIZE("`renormalize(1)`", ClipRule.renormalize(1)),
  AUTO_CLIP("`autoClip()`", ClipRule.autoClip()),
  Z_CLIP("`zClip()`", ClipRule.zClip()),
  ADA_GC("`adaGc()`", ClipRule.adaGc()),
  AGC("`agc()`", ClipRule.agc());

  private final String title;
  private final ClipRule rule;

  RuleContender(String title, ClipRule rule) {
    this.title = title;
    this.rule = rule;
  }

  /** Returns the name in tables. */
  public String title() {
    return title;
  }

  /** Returns the settings; stock DL4J applies non-finite gradients, and the others skip them. */
  GradientClipping settings() {
    return GradientClipping.builder()
        .rule(rule)
        .nonFinite(this == STOCK ? NonFinitePolicy.WARN : NonFinitePolicy.SKIP)
        .maxConsecutiveSkips(Integer.MAX_VALUE)
        .forensics(false)
        .build();
  }
}
