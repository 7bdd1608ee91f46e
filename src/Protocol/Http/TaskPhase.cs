using System.Text.Json.Serialization;

namespace Ait.Protocol.Http;

/// <summary>Where a task stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskPhase>))]
public enum TaskPhase
{
    /// <summary>In a batch whose commitment is not on chain yet.</summary>
    Batched = 0,

    /// <summary>Committed on chain; its seed block is not there yet.</summary>
    Committed = 1,

    /// <summary>Seats drawn, results outstanding.</summary>
    Seated = 2,

    /// <summary>Enough equal results.</summary>
    Agreed = 3,

    /// <summary>Minted.</summary>
    Settled = 4,

    /// <summary>Ended without agreement or too late; nothing minted.</summary>
    Void = 5,
}
