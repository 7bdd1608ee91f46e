namespace Ait.Engine.Weights;

/// <summary>The matrices of a model. The number selects the random stream and is part of the weights digest.</summary>
internal enum WeightKind
{
    Embedding = 0,
    Output = 1,
    Query = 2,
    Key = 3,
    Value = 4,
    AttentionOutput = 5,
    Gate = 6,
    Up = 7,
    Down = 8,
}
