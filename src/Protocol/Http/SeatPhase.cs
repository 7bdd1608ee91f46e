using System.Text.Json.Serialization;

namespace Ait.Protocol.Http;

/// <summary>Where a seat stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SeatPhase>))]
public enum SeatPhase
{
    /// <summary>Drawn; its device has not asked for it yet, or its lease ran out.</summary>
    Open = 0,

    /// <summary>Its device has the letter.</summary>
    Leased = 1,

    /// <summary>Its commitment is in.</summary>
    Committed = 2,

    /// <summary>Its result is in.</summary>
    Revealed = 3,

    /// <summary>Its task has an agreement; settlement is under way.</summary>
    Agreed = 4,

    /// <summary>Settled and paid.</summary>
    Settled = 5,

    /// <summary>Settled without pay, with a reason.</summary>
    Unpaid = 6,

    /// <summary>The task ended without agreement; nobody is paid.</summary>
    Void = 7,
}
