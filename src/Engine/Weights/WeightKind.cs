namespace Ait.Engine.Weights;

/// <summary>The matrices and vectors of a model. The number selects the random stream and is part of the weights digest.</summary>
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
    QueryBias = 9,
    KeyBias = 10,
    ValueBias = 11,
    AttentionOutputBias = 12,
    GateBias = 13,
    UpBias = 14,
    DownBias = 15,
    QueryGain = 16,
    KeyGain = 17,
    FinalGain = 18,
}
