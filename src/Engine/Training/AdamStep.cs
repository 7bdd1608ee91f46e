namespace Ait.Engine.Training;

/// <summary>The numbers of one optimiser step that are the same for every element.</summary>
/// <param name="Clip">Factor that brings the gradient's norm below its limit.</param>
/// <param name="Rate">Learning rate of the step.</param>
/// <param name="Beta1">Share of the old mean.</param>
/// <param name="Rest1">1 − Beta1.</param>
/// <param name="Beta2">Share of the old mean square.</param>
/// <param name="Rest2">1 − Beta2.</param>
/// <param name="Correction1">1 / (1 − running product of Beta1).</param>
/// <param name="Correction2">1 / (1 − running product of Beta2).</param>
/// <param name="Epsilon">Added to the root.</param>
/// <param name="Decay">Weight decay.</param>
internal readonly record struct AdamStep(
    float Clip, float Rate, float Beta1, float Rest1, float Beta2, float Rest2, float Correction1, float Correction2, float Epsilon, float Decay);
