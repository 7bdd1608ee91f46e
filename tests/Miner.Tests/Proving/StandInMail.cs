using Ait.Chain;
using Ait.Miner.Proving;

namespace Ait.Miner.Tests.Proving;

/// <summary>Carries messages between the devices of a test, unless it is told to change, lose or not to carry them.</summary>
internal sealed class StandInMail
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(ulong, Hash256, Hash256, int), TaskCompletionSource<byte[]>> _messages = [];

    /// <summary>What becomes of a message; null loses it.</summary>
    public Func<Hash256, int, byte[], byte[]?> Carry { get; set; } = static (_, _, content) => content;

    /// <summary>Whether who waits is told that nobody wrote, or learns nothing.</summary>
    public bool IsReached { get; set; } = true;

    public IChallengeMail Of(Hash256 gpuId) => new Box(this, gpuId);

    private TaskCompletionSource<byte[]> Slot((ulong, Hash256, Hash256, int) key)
    {
        lock (_lock)
        {
            if (!_messages.TryGetValue(key, out TaskCompletionSource<byte[]>? slot))
            {
                slot = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
                _messages.Add(key, slot);
            }

            return slot;
        }
    }

    private sealed class Box(StandInMail mail, Hash256 gpuId) : IChallengeMail
    {
        public Task<bool> PutAsync(ulong challengeId, Hash256 to, int number, ReadOnlyMemory<byte> content, TimeSpan limit, CancellationToken cancellation)
        {
            if (mail.Carry(gpuId, number, content.ToArray()) is byte[] carried)
            {
                mail.Slot((challengeId, gpuId, to, number)).TrySetResult(carried);
            }

            return Task.FromResult(true);
        }

        public async Task<MailOutcome> WaitAsync(ulong challengeId, Hash256 from, int number, TimeSpan limit, CancellationToken cancellation)
        {
            Task<byte[]> message = mail.Slot((challengeId, from, gpuId, number)).Task;
            try
            {
                return new MailOutcome(await message.WaitAsync(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, cancellation), true);
            }
            catch (TimeoutException)
            {
                return new MailOutcome(null, mail.IsReached);
            }
        }
    }
}
