using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>When silence suspends a device, and for how long.</summary>
/// <param name="Absences">How many suspend it.</param>
/// <param name="AnswerWindowSeconds">After a task's deadline, in which a reported absence is answered.</param>
/// <param name="CooldownSeconds">That a first suspension lasts at least.</param>
/// <param name="LongestCooldownSeconds">That no cooldown exceeds.</param>
/// <param name="PeriodSeconds">After the end of a suspension, in which the next one lasts twice as long.</param>
public sealed record AttendanceTermsRecord(byte Absences, uint AnswerWindowSeconds, uint CooldownSeconds, uint LongestCooldownSeconds, uint PeriodSeconds)
{
    /// <summary>Reads the tuple that the contract gives.</summary>
    public static AttendanceTermsRecord FromAbi(AbiValue value) => new(
        value[0].AsByte(), value[1].AsUInt32(), value[2].AsUInt32(), value[3].AsUInt32(), value[4].AsUInt32());

    /// <summary>The tuple that the contract takes.</summary>
    public AbiValue ToAbi() => AbiValue.List((uint)Absences, AnswerWindowSeconds, CooldownSeconds, LongestCooldownSeconds, PeriodSeconds);
}
