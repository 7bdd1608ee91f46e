using System.Net;
using Ait.Chain;
using Ait.Coordinator.Loops;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.Relaying;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Relaying;

public sealed class RelayTests
{
    private const ulong Now = 1000;
    private static readonly Hash256 s_device = Keccak256.Hash("device"u8);
    private static readonly Hash256 s_witness = Keccak256.Hash("witness"u8);
    private static readonly Hash256 s_stranger = Keccak256.Hash("stranger"u8);
    private static readonly OnChainChallenge s_open = new(s_device, [s_witness], IsDecided: false, LapsesAt: Now + 1);

    [Fact]
    public void Judge_carriesBetweenTheDeviceAndItsWitnessesOnly()
    {
        Assert.Null(Relay.Judge(s_open, s_device, s_witness, Now));
        Assert.Null(Relay.Judge(s_open, s_witness, s_device, Now));
        Assert.All(
            [(s_device, s_stranger), (s_stranger, s_device), (s_witness, s_stranger), (s_device, s_device), (s_witness, s_witness)],
            pair => Assert.Equal(ProblemCodes.NotAuthorized, Relay.Judge(s_open, pair.Item1, pair.Item2, Now)?.Code));
    }

    [Fact]
    public void Judge_carriesNothingOfAChallengeThatIsOverOrThatThereIsNot()
    {
        Assert.Equal(ProblemCodes.DeadlinePassed, Relay.Judge(null, s_device, s_witness, Now)?.Code);
        Assert.Equal(ProblemCodes.DeadlinePassed, Relay.Judge(s_open with { IsDecided = true }, s_device, s_witness, Now)?.Code);
        Assert.Equal(ProblemCodes.DeadlinePassed, Relay.Judge(s_open, s_device, s_witness, s_open.LapsesAt)?.Code);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(ChallengeMessageResponse.MaxNumber, 1)]
    [InlineData(0, 0)]
    [InlineData(0, ChallengeMessageResponse.MaxLength + 1)]
    public void JudgeForm_refusesNumbersAndLengthsOutOfRange(int number, int length)
    {
        Assert.Equal(ProblemCodes.Malformed, Relay.JudgeForm(number, length)?.Code);
        Assert.Null(Relay.JudgeForm(ChallengeMessageResponse.MaxNumber - 1, ChallengeMessageResponse.MaxLength));
    }

    [Fact]
    public async Task Message_isKeptAsItCameFirstAndForgottenOnceItsChallengeIsOver()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        RelayStore store = coordinator.Get<RelayStore>();

        Assert.Null(store.Put(1, s_device, s_witness, 0, [1, 2]));
        Assert.Null(store.Put(1, s_device, s_witness, 0, [1, 2])); // The same again changes nothing.
        Assert.Equal(ProblemCodes.MessageExists, store.Put(1, s_device, s_witness, 0, [1, 3])?.Code);
        Assert.Null(store.Put(1, s_witness, s_device, 0, [4]));
        Assert.Null(store.Put(2, s_device, s_witness, 0, [5]));

        Assert.Equal([1, 2], store.Find(1, s_device, s_witness, 0));
        Assert.Equal([4], store.Find(1, s_witness, s_device, 0));
        Assert.Equal([5], store.Find(2, s_device, s_witness, 0));
        Assert.Null(store.Find(1, s_device, s_witness, 1));

        network.Manual.Advance(TimeSpan.FromHours(3));
        Assert.Null(store.Put(3, s_device, s_witness, 0, [6]));
        await coordinator.RoundAsync<Housekeeping>();
        Assert.Null(store.Find(1, s_device, s_witness, 0));
        Assert.Equal([6], store.Find(3, s_device, s_witness, 0));
    }

    [Fact]
    public async Task Message_travelsFromTheDeviceToItsWitness()
    {
        await using HttpNetwork http = await HttpNetwork.StartAsync();
        (TestMiner device, TestMiner witness) = (http.Network.Miners[0], http.Network.Miners[1]);
        http.Network.Chain.Challenges[7] = new OnChainChallenge(device.GpuId, [witness.GpuId], false, ulong.MaxValue);
        string path = $"/v1/challenges/7/messages/3?from={device.GpuId}&to={witness.GpuId}";

        using (HttpResponseMessage missing = await http.Client.GetAsync(path, TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        }

        using (HttpResponseMessage taken = await http.SendAsync(http.Signed(device.EnclaveKey, HttpMethod.Put, path, "an answer"u8.ToArray())))
        {
            Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        }

        Assert.Equal("an answer"u8.ToArray(), await http.Client.GetByteArrayAsync(path, TestContext.Current.CancellationToken));
        using HttpResponseMessage other = await http.SendAsync(http.Signed(device.EnclaveKey, HttpMethod.Put, path, "another"u8.ToArray()));
        Assert.Equal(ProblemCodes.MessageExists, (await HttpNetwork.ProblemAsync(other)).Code);
    }
}
