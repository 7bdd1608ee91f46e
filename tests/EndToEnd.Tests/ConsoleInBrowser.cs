using System.Globalization;
using Ait.Chain;
using Ait.Cli.Asking;
using Ait.Protocol;
using Ait.Protocol.Http;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Ait.EndToEnd.Tests;

/// <summary>The console in a real browser against a running network. Skipped, with the reason, where no Chromium or no built console is.</summary>
public sealed class ConsoleInBrowser(Devnet devnet) : IClassFixture<Devnet>
{
    private static readonly string[] s_pages = ["network", "devices", "tasks", "economics", "chat"];
    private static readonly string? s_chromium = Array.Find(["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"], File.Exists);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task Console_showsWhatTheNetworkSaysAndFollowsIt()
    {
        await using Opened opened = await OpenAsync();
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
        await using Opened opened = await OpenAsync();
        await devnet.RegisteredAsync(5, Cancellation);
        foreach (ColorScheme scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await opened.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            foreach (int width in new[] { 1200, 360 })
            {
                await opened.Page.SetViewportSizeAsync(width, 800);
                foreach (string name in s_pages)
                {
                    await opened.Page.GotoAsync($"{opened.Url}#/{name}");
                    await opened.Page.WaitForSelectorAsync("h1");
                    await opened.Page.WaitForSelectorAsync(name switch { "tasks" => ".empty, tbody td", "chat" => "#key", _ => ".figure, tbody td" });
                    AxeResult judged = await opened.Page.RunAxe();
                    Assert.True(
                        judged.Violations.Length == 0,
                        $"{name}, {scheme}, {width}: {string.Join("; ", judged.Violations.Select(broken => $"{broken.Id}: {broken.Help} at {broken.Nodes[0].Html}"))}");
                    int needed = await opened.Page.EvaluateAsync<int>("document.documentElement.scrollWidth");
                    Assert.True(needed <= width, string.Create(CultureInfo.InvariantCulture, $"{name} needs {needed} px of {width}"));
                }
            }
        }

        Assert.Empty(opened.Complaints);
    }

    [Fact(Timeout = 300_000)]
    public async Task Console_isUsedByKeyboardAlone()
    {
        await using Opened opened = await OpenAsync();
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
    public async Task Wallet_isAskedForExactlyTheRedemptionOnScreen()
    {
        await using Opened opened = await OpenAsync();
        IPage page = opened.Page;
        NetworkAccess network = devnet.Network;
        ModelResponse model = await devnet.ModelAsync(Cancellation);
        using Chain.Signing.Secp256k1PrivateKey buyer = devnet.Local.Key("buyer");
        Workload workload = WorkloadText.OfPrompt("A bought question:", 16, model);
        QuoteResponse quote = await network.Coordinator.PostAsync(
            network.Domain, buyer, "/v1/workloads", new WorkloadRequest(Hex.Encode(workload.ToBytes())),
            ProtocolJson.Default.WorkloadRequest, ProtocolJson.Default.QuoteResponse, Cancellation);

        // A wallet as EIP-1193 describes it: records what it is asked and answers like one.
        await page.AddInitScriptAsync(
            $$"""
            window.asked = [];
            window.ethereum = { request: async (call) => {
              window.asked.push(call);
              if (call.method === 'eth_requestAccounts') return ['{{buyer.Address}}'];
              if (call.method === 'eth_chainId') return '0x{{network.Domain.ChainId:x}}';
              if (call.method === 'eth_sendTransaction') return '0x{{new string('7', 64)}}';
              throw new Error('unexpected ' + call.method);
            } };
            """);
        await page.GotoAsync(opened.Url + "#/economics");
        await page.FillAsync("#workload", "0x12");
        await page.GetByRole(AriaRole.Button, new() { Name = "Price", Exact = true }).ClickAsync();
        await page.GetByText("A workload id is 0x and 64 hexadecimal digits").WaitForAsync();
        await page.FillAsync("#workload", quote.WorkloadId.ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = "Price", Exact = true }).ClickAsync();
        await page.WaitForSelectorAsync("#amount");
        await page.ClickAsync("button.main");
        await page.GetByText("Sent.").WaitForAsync();

        string[] data = await page.EvaluateAsync<string[]>(
            "window.asked.filter(call => call.method === 'eth_sendTransaction').map(call => [call.params[0].to, call.params[0].data, call.params[0].from].join(' '))");
        byte[] expected = NetworkAccess.Mining.Function("redeem").EncodeCall(
            System.Numerics.BigInteger.Parse(quote.PriceWei, CultureInfo.InvariantCulture), quote.WorkloadId);
        Assert.Equal($"{network.Network.MiningRegistry} {Hex.Encode(expected)} {buyer.Address}", Assert.Single(data), ignoreCase: true);
    }

    private static Task<string> FocusAsync(IPage page) => page.EvaluateAsync<string>("document.activeElement.innerText");

    private async Task<Opened> OpenAsync()
    {
        Devnet.Require(devnet);
        Assert.SkipWhen(s_chromium is null, "no Chromium: install Debian's package chromium to run the console's tests");
        Assert.SkipUnless(devnet.Local.HasConsole, "the console is not built: run tests/prepare-console");
        IPlaywright playwright = await Playwright.CreateAsync();
        IBrowser browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = s_chromium,
            Args = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
        });
        var opened = new Opened(playwright, browser, await browser.NewPageAsync(), devnet.Local.Options.Coordinator.ToString());
        // Waits end when what they wait for is there; these only bound a hang on a machine that is busy.
        opened.Page.SetDefaultTimeout(120_000);
        Assertions.SetDefaultExpectTimeout(120_000);
        opened.Page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                opened.Complaints.Add(message.Text);
            }
        };
        opened.Page.PageError += (_, fault) => opened.Complaints.Add(fault);
        return opened;
    }

    private sealed record Opened(IPlaywright Playwright, IBrowser Browser, IPage Page, string Url) : IAsyncDisposable
    {
        internal List<string> Complaints { get; } = [];

        public async ValueTask DisposeAsync()
        {
            await Browser.CloseAsync();
            Playwright.Dispose();
        }
    }
}
