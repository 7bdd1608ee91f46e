using System.Collections.Immutable;
using Ait.Miner.Collecting;
using Ait.Protocol;

namespace Ait.Miner.Configuring;

/// <summary>Every setting of one miner process, checked.</summary>
internal sealed record MinerOptions
{
    public required Uri Rpc { get; init; }

    /// <summary>Base addresses of the network's coordinator, one or more replicas in the order in which they are tried.</summary>
    public required ImmutableArray<Uri> Coordinators { get; init; }

    /// <summary>Path of deployment.json; absent means the coordinator's /v1/network is asked.</summary>
    public required string? DeploymentFile { get; init; }

    public required string OperatorKeyFile { get; init; }

    /// <summary>Where processor evidence comes from. Default auto.</summary>
    public required EvidenceChoice Evidence { get; init; }

    /// <summary>Program and arguments, to which the report data is appended; empty where none is named.</summary>
    public required ImmutableArray<string> EvidenceCommand { get; init; }

    /// <summary>Program and arguments, to which the nonce is appended; empty where none is named.</summary>
    public required ImmutableArray<string> GpuEvidenceCommand { get; init; }

    /// <summary>Path of the network's gpu-references.json; absent means that no evidence of the GPU is brought.</summary>
    public required string? GpuReferencesFile { get; init; }

    /// <summary>Sixteen bytes.</summary>
    public required ImmutableArray<byte> GpuUuid { get; init; }

    public required DeviceClass Class { get; init; }

    /// <summary>The measured program: 48 bytes of SEV-SNP, 384 of TDX, 256 of SGX.</summary>
    public required ImmutableArray<byte> Measurement { get; init; }

    public required string? StateDirectory { get; init; }

    /// <summary>Folder with artifacts of imported models; absent means that only models drawn from a seed run.</summary>
    public required string? ModelsDirectory { get; init; }

    /// <summary>Seats worked on at once until each has committed, 1 to 16. Default 4.</summary>
    public required int MaxSeats { get; init; }

    /// <summary>Processor threads that execute one workload, 1 to 256. Default 1.</summary>
    public required int Threads { get; init; }

    /// <summary>Limit for one run of the evidence command, 1 s to 10 min. Default 60 s.</summary>
    public required TimeSpan EvidenceTimeout { get; init; }

    /// <summary>Limit for finishing what was begun once asked to stop, 0 s to 1 h. Default 60 s.</summary>
    public required TimeSpan DrainTimeout { get; init; }

    public required bool Json { get; init; }

    /// <summary>The source of evidence of the GPU itself: the command if named, else the driver of a GPU in confidential mode; null if there is none.</summary>
    public IGpuEvidenceSource? OpenGpuEvidence(NvidiaDriver driver) =>
        !GpuEvidenceCommand.IsEmpty ? new GpuEvidenceCommand(GpuEvidenceCommand, EvidenceTimeout)
        : Class == DeviceClass.H100 && driver.List(out _).Any(gpu => gpu.Uuid.SequenceEqual(GpuUuid) && gpu.Confidential == ConfidentialMode.On) ? driver
        : null;

    /// <summary>The source that the settings and this machine's interfaces come to.</summary>
    public IEvidenceSource OpenEvidence(EvidenceInterfaces interfaces) =>
        interfaces.Open(Evidence, EvidenceCommand.IsEmpty ? null : () => new EvidenceCommand(EvidenceCommand, EvidenceTimeout));
}
