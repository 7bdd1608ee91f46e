using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.OnChain;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Relaying;

/// <summary>Which messages are carried: between a challenged device and its witnesses, for as long as the challenge is open. Decisions only.</summary>
internal static class Relay
{
    /// <summary>Whether a message is carried. Null means yes.</summary>
    internal static Refusal? Judge(OnChainChallenge? challenge, Hash256 from, Hash256 to, ulong now)
    {
        if (challenge is null || challenge.IsDecided || now >= challenge.LapsesAt)
        {
            return new Refusal(
                ProblemCodes.DeadlinePassed, "No class challenge of this number is open.", "an open challenge",
                challenge is null ? "none" : challenge.IsDecided ? "a decided one" : "a lapsed one", "Nothing to do: the verdict is on chain.");
        }

        bool isBetween = (challenge.GpuId == from && challenge.Witnesses.Contains(to)) || (challenge.GpuId == to && challenge.Witnesses.Contains(from));
        return isBetween
            ? null
            : new Refusal(
                ProblemCodes.NotAuthorized, "Only the challenged device and its witnesses write to each other.", "the device and one of its witnesses", $"{from} to {to}",
                "Read the challenge from the chain.");
    }

    /// <summary>Whether a message has a fitting number and length. Null means yes.</summary>
    internal static Refusal? JudgeForm(int number, int length) =>
        number is < 0 or >= ChallengeMessageResponse.MaxNumber || length is < 1 or > ChallengeMessageResponse.MaxLength
            ? RequestAdmission.Malformed(
                $"a number below {ChallengeMessageResponse.MaxNumber} and 1 to {ChallengeMessageResponse.MaxLength} bytes", $"number {number}, {length} bytes")
            : null;
}
