using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Miner.Submission;
using Ait.Miner.Tests.Fixtures;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Miner.Tests.Submission;

public sealed class LetterCheckTests : IDisposable
{
    private readonly Network _network = new();
    private readonly Workload _workload = Network.Workload();

    public void Dispose() => _network.Dispose();

    private LetterCheck Check => new(_network.Domain, _network.Coordinator.Address, _network.GpuId);

    private SeatLetterDto Genuine(Func<MiningTask, MiningTask>? change = null) =>
        Network.Dto(_network.Letter(change is null ? Network.TaskOf(_workload) : change(Network.TaskOf(_workload))), _workload);

    private void Refuses(LetterRefusal expected, SeatLetterDto dto)
    {
        Assert.False(Check.TryAccept(dto, TimeProvider.System.GetUtcNow(), out _, out LetterRefusal refusal, out string? problem));
        Assert.Equal(expected, refusal);
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void TryAccept_acceptsAGenuineLetter()
    {
        Assert.True(Check.TryAccept(Genuine(), TimeProvider.System.GetUtcNow(), out AcceptedSeat? seat, out _, out _));
        Assert.Equal(_workload, seat.Workload);
        Assert.Equal(_network.Domain.TaskId(1, 0), seat.TaskId);
    }

    [Fact]
    public void TryAccept_refusesAnotherSigner()
    {
        using Secp256k1PrivateKey stranger = Secp256k1PrivateKey.Create();
        Refuses(LetterRefusal.SignatureInvalid, Network.Dto(_network.Letter(Network.TaskOf(_workload), signer: stranger), _workload));
    }

    [Fact]
    public void TryAccept_refusesAnotherChain() =>
        Refuses(LetterRefusal.SignatureInvalid, Network.Dto(_network.Letter(Network.TaskOf(_workload), domain: _network.Domain with { ChainId = 1 }), _workload));

    [Fact]
    public void TryAccept_refusesAnotherDeployment() =>
        Refuses(LetterRefusal.SignatureInvalid, Network.Dto(_network.Letter(Network.TaskOf(_workload), domain: _network.Domain with { MiningRegistry = Address.Zero }), _workload));

    [Fact]
    public void TryAccept_refusesATamperedTask()
    {
        SeatLetterDto dto = Genuine();
        byte[] letter = Hex.Decode(dto.Letter);
        // Every byte between the mark and the signature is part of what the coordinator signed.
        for (int i = 4; i < letter.Length - Signature.CompactSize; i++)
        {
            letter[i] ^= 1;
            Assert.False(Check.TryAccept(dto with { Letter = Hex.Encode(letter) }, TimeProvider.System.GetUtcNow(), out _, out LetterRefusal refusal, out _));
            Assert.Equal(LetterRefusal.SignatureInvalid, refusal);
            letter[i] ^= 1;
        }
    }

    [Fact]
    public void TryAccept_refusesAnotherDevice() =>
        Refuses(LetterRefusal.OtherDevice, Network.Dto(_network.Letter(Network.TaskOf(_workload), gpuId: Network.RandomHash()), _workload));

    [Fact]
    public void TryAccept_refusesAnotherWorkload() =>
        Refuses(LetterRefusal.WorkloadMismatch, Genuine() with { Workload = Hex.Encode(Network.Workload(seed: 2).ToBytes()) });

    [Fact]
    public void TryAccept_refusesAnotherWorkloadType() =>
        Refuses(LetterRefusal.WorkloadMismatch, Genuine(task => task with { WorkloadType = (WorkloadType)2 }));

    [Fact]
    public void TryAccept_refusesAnotherDeterminismClass() =>
        Refuses(LetterRefusal.DeterminismClassUnknown, Genuine(task => task with { DeterminismClass = (DeterminismClass)9 }));

    [Fact]
    public void TryAccept_refusesAnotherArithmetic()
    {
        Workload workload = Network.Workload(engineVersion: "X9v1");
        Refuses(LetterRefusal.EngineVersionUnknown, Network.Dto(_network.Letter(Network.TaskOf(workload)), workload));
    }

    [Fact]
    public void TryAccept_refusesALetterWhoseTimeHasPassed()
    {
        Refuses(LetterRefusal.TooLate, Network.Dto(_network.Letter(Network.TaskOf(_workload), commitDeadline: Network.Now - 1), _workload));
        Refuses(LetterRefusal.TooLate, Network.Dto(_network.Letter(Network.TaskOf(_workload, deadline: Network.Now - 1)), _workload));
    }

    [Theory]
    [InlineData("")]
    [InlineData("zz")]
    [InlineData("0x1234")]
    public void TryAccept_refusesMalformedBytes(string text)
    {
        Refuses(LetterRefusal.Malformed, Genuine() with { Letter = text });
        Refuses(LetterRefusal.WorkloadMalformed, Genuine() with { Workload = text });
    }

    [Fact]
    public void TryAccept_refusesTrailingBytes()
    {
        SeatLetterDto dto = Genuine();
        Refuses(LetterRefusal.Malformed, dto with { Letter = dto.Letter + "00" });
        Refuses(LetterRefusal.WorkloadMalformed, dto with { Workload = dto.Workload + "00" });
    }
}
