using Ait.Cli.Launching;
using Ait.Protocol;

namespace Ait.Cli.Tests.Launching;

public sealed class MinerPlanTests
{
    [Fact]
    public void For_givesFiveMinersFourOperatorsFourHostsAndEveryClass()
    {
        IReadOnlyList<MinerPlan> plan = MinerPlan.For(5);

        Assert.Equal(4, plan.Select(miner => miner.Operator).Distinct().Count());
        Assert.Equal(4, plan.Select(miner => miner.Host).Distinct().Count());
        Assert.Equal(DeviceClasses.All.Order(), plan.Select(miner => miner.DeviceClass).Distinct().Order());
    }

    [Fact]
    public void For_putsAnH100IntoEachKindOfGuest() => Assert.Equal(
        [(DeviceClass.H100, false), (DeviceClass.H100, true)],
        MinerPlan.For(5).Where(miner => miner.DeviceClass == DeviceClass.H100 || miner.InTrustDomain).Select(miner => (miner.DeviceClass, miner.InTrustDomain)));

    [Fact]
    public void For_neverPutsTwoMinersOnOneGpu()
    {
        for (int miners = MinerPlan.Fewest; miners <= MinerPlan.Most; miners++)
        {
            IReadOnlyList<MinerPlan> plan = MinerPlan.For(miners);
            Assert.Equal(miners, plan.Select(miner => (miner.Host, miner.GpuIndex)).Distinct().Count());
            Assert.True(plan.Select(miner => miner.Operator).Distinct().Count() >= 3);
        }
    }

    [Fact]
    public void For_givesAMinerTheSamePlaceInEveryLargerNetwork() =>
        Assert.Equal(MinerPlan.For(7), MinerPlan.For(20).Take(7));
}
