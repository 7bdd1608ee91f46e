using Ait.Chain;
using Ait.Miner.Submission;
using Ait.Protocol.Http;

namespace Ait.Miner.Proving;

/// <summary>Messages through the coordinator.</summary>
internal sealed class ChallengeMail : IChallengeMail
{
    /// <summary>Adds to the time that a witness measures, so it is short.</summary>
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(200);
    private readonly CoordinatorClient _client;
    private readonly PublicCoordinator _open;
    private readonly Hash256 _gpuId;
    private readonly TimeProvider _clock;

    public ChallengeMail(CoordinatorClient client, PublicCoordinator open, Hash256 gpuId, TimeProvider clock)
    {
        _client = client;
        _open = open;
        _gpuId = gpuId;
        _clock = clock;
    }

    public async Task<bool> PutAsync(ulong challengeId, Hash256 to, int number, ReadOnlyMemory<byte> content, TimeSpan limit, CancellationToken cancellation)
    {
        long begun = _clock.GetTimestamp();
        byte[] body = content.ToArray();
        while (true)
        {
            switch (await _client.PutChallengeMessageAsync(challengeId, to, number, body, cancellation).ConfigureAwait(false))
            {
                case Reply<ChallengeMessageResponse>.Answered:
                    return true;
                case Reply<ChallengeMessageResponse>.Refused refused when refused.Refusal.Code != ProblemCodes.RateLimited:
                    return false;
            }

            if (_clock.GetElapsedTime(begun) >= limit)
            {
                return false;
            }

            await Task.Delay(s_poll, _clock, cancellation).ConfigureAwait(false);
        }
    }

    public async Task<MailOutcome> WaitAsync(ulong challengeId, Hash256 from, int number, TimeSpan limit, CancellationToken cancellation)
    {
        long begun = _clock.GetTimestamp();
        while (true)
        {
            Reply<byte[]> reply = await _open.GetChallengeMessageAsync(challengeId, from, _gpuId, number, cancellation).ConfigureAwait(false);
            if (reply is Reply<byte[]>.Answered { Value: byte[] content })
            {
                return new MailOutcome(content, true);
            }

            if (_clock.GetElapsedTime(begun) >= limit)
            {
                return new MailOutcome(null, reply is Reply<byte[]>.Refused);
            }

            await Task.Delay(s_poll, _clock, cancellation).ConfigureAwait(false);
        }
    }
}
