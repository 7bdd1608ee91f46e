namespace Ait.Engine;

/// <summary>How far training is.</summary>
/// <param name="Step">The step that was done, counted from 1.</param>
/// <param name="Loss">Its mean loss per token, in nats.</param>
/// <param name="Rate">Its learning rate.</param>
/// <param name="GradientNorm">The norm of its gradient before clipping.</param>
public readonly record struct TrainingProgress(int Step, double Loss, float Rate, float GradientNorm);
