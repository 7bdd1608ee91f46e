using System.Collections.Immutable;
using Ait.Chain;

namespace Ait.Protocol;

/// <summary>What to run, content-addressed: everything the result depends on. Its <see cref="Hash"/> is the workload hash of
/// tasks, work attestations and redemptions.</summary>
public sealed partial record Workload
{
    /// <summary>Most tokens in a prompt, and most new tokens.</summary>
    public const int MaxTokens = 131_072;

    /// <summary>Most stop tokens.</summary>
    public const int MaxStopTokens = 16;

    /// <summary>Most characters in <see cref="EngineVersion"/>.</summary>
    public const int MaxEngineVersionLength = 32;

    private readonly Lazy<Hash256> _hash;

    /// <summary>Creates a workload of training.</summary>
    /// <exception cref="ArgumentException">The name of the arithmetic is outside its limits.</exception>
    public Workload(string engineVersion, Hash256 modelDigest, TrainingTerms training)
    {
        ArgumentNullException.ThrowIfNull(training);
        if (VersionFault(engineVersion) is ProtocolRefusal fault)
        {
            throw new ArgumentException(fault.ToString());
        }

        Type = WorkloadType.Training;
        EngineVersion = engineVersion;
        ModelDigest = modelDigest;
        Prompt = [];
        Sampling = SamplingParameters.Greedy;
        StopTokens = [];
        Training = training;
        _hash = new(() => Keccak256.Hash(ToBytes()));
    }

    /// <summary>Creates a workload within the limits.</summary>
    /// <exception cref="ArgumentException">A value is outside its limits; the message names it.</exception>
    public Workload(
        WorkloadType type,
        string engineVersion,
        Hash256 modelDigest,
        ImmutableArray<int> prompt,
        int maxNewTokens,
        SamplingParameters sampling,
        ulong seed,
        ImmutableArray<int> stopTokens)
    {
        Type = type;
        EngineVersion = engineVersion;
        ModelDigest = modelDigest;
        Prompt = prompt;
        MaxNewTokens = maxNewTokens;
        Sampling = sampling;
        Seed = seed;
        StopTokens = stopTokens;
        if (FirstFault(type, engineVersion, prompt, maxNewTokens, sampling, seed, stopTokens) is ProtocolRefusal fault)
        {
            throw new ArgumentException(fault.ToString());
        }

        _hash = new(() => Keccak256.Hash(ToBytes()));
    }

    /// <summary>The kind of work.</summary>
    public WorkloadType Type { get; }

    /// <summary>The engine's arithmetic and version, 1 to 32 printable ASCII characters.</summary>
    public string EngineVersion { get; }

    /// <summary>Digest of the model; of training, of the model that it begins from.</summary>
    public Hash256 ModelDigest { get; }

    /// <summary>Prompt token ids, 1 to <see cref="MaxTokens"/> of them; none in training, and none to be seen of a confidential prompt.</summary>
    public ImmutableArray<int> Prompt { get; }

    /// <summary>Most tokens to generate, 1 to <see cref="MaxTokens"/>; 0 in training and embedding.</summary>
    public int MaxNewTokens { get; }

    /// <summary>How tokens are chosen.</summary>
    public SamplingParameters Sampling { get; }

    /// <summary>Seed of the sampler; 0 under greedy decoding.</summary>
    public ulong Seed { get; }

    /// <summary>Tokens that end the generation, ascending, distinct, at most <see cref="MaxStopTokens"/>.</summary>
    public ImmutableArray<int> StopTokens { get; }

    /// <summary>The steps of training; null of every other type.</summary>
    public TrainingTerms? Training { get; }

    /// <summary>keccak256 of the canonical encoding.</summary>
    public Hash256 Hash => _hash.Value;

    /// <summary>Tokens the benchmark table charges: prompt plus the most that may be generated; of a confidential prompt its step, of training those of every step.</summary>
    public long ChargedTokens => Training is { } training ? (long)training.Steps * training.TokensPerStep : (long)(Confidential?.PromptTokens ?? Prompt.Length) + MaxNewTokens;

    /// <summary>The benchmarked compute units of this workload.</summary>
    /// <param name="microComputeUnitsPerToken">The model's entry in the benchmark table, in micro-CU per token.</param>
    public ComputeUnits Price(uint microComputeUnitsPerToken) => new(checked((ulong)ChargedTokens * microComputeUnitsPerToken));

    /// <summary>Equality is by content: by <see cref="Hash"/>.</summary>
    public bool Equals(Workload? other) => other is not null && Hash == other.Hash;

    /// <inheritdoc/>
    public override int GetHashCode() => Hash.GetHashCode();

    private static ProtocolRefusal? FirstFault(
        WorkloadType type,
        string engineVersion,
        ImmutableArray<int> prompt,
        int maxNewTokens,
        SamplingParameters sampling,
        ulong seed,
        ImmutableArray<int> stopTokens)
    {
        if (type != WorkloadType.Inference)
        {
            return OutOfRange("type", "1 (inference), or 2 (training) or 3 (embedding) with what belongs to it", (ushort)type);
        }

        if (VersionFault(engineVersion) is ProtocolRefusal unnamed)
        {
            return unnamed;
        }

        if (maxNewTokens is < 1 or > MaxTokens)
        {
            return OutOfRange("max new tokens", $"1 to {MaxTokens}", maxNewTokens);
        }

        if (sampling.TemperatureMilli > 100_000 || sampling.TopPPpm > 1_000_000)
        {
            return OutOfRange("sampling", "temperature <= 100 and top-p <= 1", $"{sampling.TemperatureMilli} milli, {sampling.TopPPpm} ppm");
        }

        if (sampling.TemperatureMilli == 0 && (sampling != SamplingParameters.Greedy || seed != 0))
        {
            return new ProtocolRefusal(ProtocolRefusalCode.NotCanonical, "top-k, top-p and seed 0 under greedy decoding", $"{sampling.TopK}, {sampling.TopPPpm}, {seed}");
        }

        if (stopTokens.IsDefault || stopTokens.Length > MaxStopTokens)
        {
            return OutOfRange("stop tokens", $"at most {MaxStopTokens}", stopTokens.IsDefault ? "none given" : stopTokens.Length);
        }

        for (int i = 0; i < stopTokens.Length; i++)
        {
            if (stopTokens[i] < 0 || (i > 0 && stopTokens[i] <= stopTokens[i - 1]))
            {
                return new ProtocolRefusal(ProtocolRefusalCode.NotCanonical, "stop tokens ascending from 0", $"{stopTokens[i]} at {i}");
            }
        }

        return PromptFault(prompt);
    }

    private static ProtocolRefusal? PromptFault(ImmutableArray<int> prompt)
    {
        if (prompt.IsDefault || prompt.Length is < 1 or > MaxTokens)
        {
            return OutOfRange("prompt", $"1 to {MaxTokens} tokens", prompt.IsDefault ? 0 : prompt.Length);
        }

        foreach (int token in prompt)
        {
            if (token < 0)
            {
                return OutOfRange("prompt token", "0 or more", token);
            }
        }

        return null;
    }

    private static ProtocolRefusal? VersionFault(string engineVersion) =>
        engineVersion is not { Length: >= 1 and <= MaxEngineVersionLength } || engineVersion.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? OutOfRange("engine version", "1 to 32 printable ASCII characters", engineVersion?.Length ?? 0)
            : null;

    private static ProtocolRefusal OutOfRange(string what, string expected, object found) =>
        new(ProtocolRefusalCode.OutOfRange, $"{what}: {expected}", $"{found}");
}
