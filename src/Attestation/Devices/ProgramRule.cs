using System.Collections.Immutable;

namespace Ait.Attestation.Devices;

/// <summary>Which measured programs may hold a device's key. What names a program is <see cref="VerifiedDevice.Program"/>.</summary>
public sealed class ProgramRule
{
    private readonly Func<ByteString, bool> _isAllowed;

    private ProgramRule(Func<ByteString, bool> isAllowed) => _isAllowed = isAllowed;

    /// <summary>Accepts every program: whoever wrote it can say anything about the GPU.</summary>
    public static ProgramRule DangerouslyAny { get; } = new(_ => true);

    /// <summary>Accepts these; an empty list accepts none.</summary>
    public static ProgramRule OneOf(ImmutableArray<ByteString> programs) => new(programs.Contains);

    /// <summary>Accepts what a list kept elsewhere accepts, which may hold digests only.</summary>
    public static ProgramRule Where(Func<ByteString, bool> isAllowed)
    {
        ArgumentNullException.ThrowIfNull(isAllowed);
        return new ProgramRule(isAllowed);
    }

    internal RefusalReason? Check(ByteString program) => _isAllowed(program)
        ? null
        : new RefusalReason(Refusal.MeasurementNotAllowed, "program", "one that is allowed", $"{program}");
}
