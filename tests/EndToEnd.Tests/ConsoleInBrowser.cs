using Ait.Chain;
using Ait.Cli.Asking;
using Ait.Protocol.Http;
using Microsoft.Playwright;

namespace Ait.EndToEnd.Tests;

/// <summary>The console in a real browser against a running network.</summary>
public sealed class ConsoleInBrowser(Devnet devnet) : IClassFixture<Devnet>
{
    /// <summary>Bytes on the wire before the first page shows.</summary>
    private const int MostFirstLoad = 120 * 1024;

    /// <summary>Trading needs an exchange: <see cref="WalletInBrowser"/> has one.</summary>
    private static readonly string[] s_pages = ["network", "devices", "tasks", "economics", "governance", "chat"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task Console_showsWhatTheNetworkSaysAndFollowsIt()
    {
        await using BrowserPage opened = await BrowserPage.OpenAsync(devnet);
        IPage page = opened.Page;
        await devnet.RegisteredAsync(5, Cancellation);
        await page.GotoAsync(opened.Url + "#/devices");
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(5);
        IReadOnlyList<DeviceResponse> devices = await devnet.Network.Coordinator.DevicesAsync(Cancellation);
        string roster = await page.InnerTextAsync("tbody");
        Assert.All(devices, device => Assert.Contains(device.GpuId.ToString()[..10], roster, StringComparison.Ordinal));
        Assert.All(devices, device => Assert.Contains(device.DeviceClass.ToString(), roster, StringComparison.Ordinal));

        // Nobody reloads: the page follows the task from nothing to settled.
        await page.GotoAsync(opened.Url + "#/tasks");
        await page.GetByText("No task yet.").WaitForAsync();
        ModelResponse model = await devnet.ModelAsync(Cancellation);
        Hash256 workload = Assert.Single(await devnet.QueueAsync([WorkloadText.OfPrompt("A question:", 32, model)], Cancellation));
        TaskResponse task = await devnet.SettledAsync(workload, Cancellation);
        await page.GetByText("3 of 3 paid").WaitForAsync();
        await page.ClickAsync("tbody a");
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(3);
        Assert.Contains(task.TaskId.ToString(), await page.InnerTextAsync("h1"), StringComparison.Ordinal);
        string seats = await page.InnerTextAsync("tbody");
        Assert.All(task.Seats, seat => Assert.Contains(seat.GpuId.ToString()[..10], seats, StringComparison.Ordinal));
        Assert.True(await page.Locator($"[title='{task.SeatSecret}']").CountAsync() > 0);

        await page.GotoAsync(opened.Url + "#/network");
        string minted = Amounts.Text(await devnet.SupplyAsync(Cancellation));
        await Assertions.Expect(page.Locator(".figure dd").First).ToContainTextAsync(minted[..6]);
        Assert.Contains("emulated", await page.InnerTextAsync(".banner"), StringComparison.Ordinal);
        Assert.Empty(opened.Complaints);
    }

    [Fact(Timeout = 300_000)]
    public async Task Console_meetsTheAccessibilityRulesInBothSchemesAndFitsANarrowScreen()
    {
        await using BrowserPage opened = await BrowserPage.OpenAsync(devnet);
        await devnet.RegisteredAsync(5, Cancellation);
        foreach (string name in s_pages)
        {
            await opened.MeetsTheRulesAsync(name, async () =>
            {
                await opened.GoAsync(name);
                await opened.Page.WaitForSelectorAsync("h1");
                await opened.Page.WaitForSelectorAsync(name switch { "tasks" => ".empty, tbody td", "chat" => "#key", _ => ".figure, tbody td" });
            });
        }

        Assert.Empty(opened.Complaints);
    }

    [Fact(Timeout = 300_000)]
    public async Task Console_isUsedByKeyboardAlone()
    {
        await using BrowserPage opened = await BrowserPage.OpenAsync(devnet);
        IPage page = opened.Page;
        await page.GotoAsync(opened.Url);
        await page.WaitForSelectorAsync("h1");
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("To the content", await FocusAsync(page));
        for (int i = 0; i <= Array.IndexOf(s_pages, "tasks"); i++)
        {
            await page.Keyboard.PressAsync("Tab");
        }

        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Tasks");
        Assert.Equal("Tasks", await page.InnerTextAsync("[aria-current=page]"));
    }

    [Fact(Timeout = 300_000)]
    public async Task Console_loadsLittleAndNothingFromElsewhere()
    {
        await using BrowserPage opened = await BrowserPage.OpenAsync(devnet);
        List<string> asked = [];
        opened.Page.Request += (_, request) => asked.Add(request.Url);
        await opened.Page.GotoAsync(opened.Url);
        await opened.Page.WaitForSelectorAsync("h1");
        Assert.All(asked, url => Assert.StartsWith(opened.Url, url, StringComparison.Ordinal));
        int bytes = await opened.Page.EvaluateAsync<int>(
            "[performance.getEntriesByType('navigation')[0], ...performance.getEntriesByType('resource').filter(one => /assets|icon/.test(one.name))].reduce((sum, one) => sum + one.encodedBodySize, 0)");
        Assert.InRange(bytes, 10_000, MostFirstLoad);
        Assert.Empty(opened.Complaints);
    }

    private static Task<string> FocusAsync(IPage page) => page.EvaluateAsync<string>("document.activeElement.innerText");
}
