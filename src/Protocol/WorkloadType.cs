namespace Ait.Protocol;

/// <summary>Kinds of work; duration bounds are governed per type and device class.</summary>
public enum WorkloadType : ushort
{
    /// <summary>Autoregressive generation by a decoder-only language model.</summary>
    Inference = 1,

    /// <summary>Steps of a training run.</summary>
    Training = 2,

    /// <summary>The embedding of a prompt.</summary>
    Embedding = 3,
}
