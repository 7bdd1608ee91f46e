using System.Text.Json.Serialization;

namespace Ait.Protocol.Http;

/// <summary>Where a bought workload stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WorkloadPhase>))]
public enum WorkloadPhase
{
    /// <summary>Quoted and open for redemption.</summary>
    Quoted = 0,

    /// <summary>Redeemed; waiting for a batch.</summary>
    Funded = 1,

    /// <summary>Its task is under way.</summary>
    Running = 2,

    /// <summary>Settled; the transcript is there.</summary>
    Settled = 3,

    /// <summary>Its task ended without agreement; the credit is untouched.</summary>
    Void = 4,
}
