/// The page's style: black on white, one accent, room around everything.
enum StyleSheet {
  static let page = """
    :root{--paper:#fff;--ink:#1b1f24;--muted:#5b6470;--rule:#d9dee4;--wash:#f6f7f9;
    --proved:#00603f;--proved-wash:#e3f3ec;--measured:#0a5288;--measured-wash:#e4eff8}
    @media screen and (prefers-color-scheme:dark){
    :root{--paper:#14171a;--ink:#e4e8ec;--muted:#a0a9b3;--rule:#333a42;--wash:#1c2024;
    --proved:#6fd6ad;--proved-wash:#14332a;--measured:#86bff0;--measured-wash:#152c40}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--paper);color:var(--ink);
    font:16px/1.55 \(TextMetrics.family);-webkit-text-size-adjust:100%}
    main,footer{max-width:1100px;margin:0 auto;padding:0 32px}
    header{padding:56px 0 8px}
    h1{font-size:2rem;line-height:1.2;font-weight:650;letter-spacing:-.01em;margin:0 0 16px}
    h2{font-size:1.3rem;line-height:1.3;font-weight:650;margin:0 0 16px}
    p{max-width:46em;margin:0 0 16px}
    .lead{font-size:1.1rem;color:var(--muted)}
    .key{font-size:.82rem;color:var(--muted);display:flex;flex-wrap:wrap;gap:6px 24px}
    section{padding:32px 0 8px;border-top:1px solid var(--rule);margin-top:20px}
    .badge{display:inline-block;font-size:.7rem;line-height:1.5;font-weight:600;
    letter-spacing:.02em;padding:0 7px;border-radius:9px;white-space:nowrap}
    .certificate{color:var(--proved);background:var(--proved-wash)}
    .estimate{color:var(--measured);background:var(--measured-wash)}
    .tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,220px),1fr));
    gap:16px;margin:8px 0 28px}
    .tile{border:1px solid var(--rule);border-radius:6px;padding:14px 16px 16px}
    .tile .label{font-size:.85rem;line-height:1.35;color:var(--muted)}
    .tile .value{font-size:1.5rem;line-height:1.35;font-weight:600;
    font-variant-numeric:tabular-nums;margin:4px 0 2px}
    .tile .detail{font-size:.85rem;line-height:1.4;color:var(--muted)}
    .tile .badge{margin-top:8px}
    .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));
    gap:28px 32px;margin:8px 0 28px;align-items:start}
    figure{margin:0;min-width:0}
    figure svg.fd-figure{display:block;max-width:100%;height:auto;color:var(--ink)}
    figcaption{font-size:.88rem;line-height:1.45;color:var(--muted);margin-top:10px;max-width:44em}
    .fd-ink{color:var(--ink)}
    .table{overflow-x:auto;margin:8px 0 28px}
    table{border-collapse:collapse;font-size:.92rem;line-height:1.4;min-width:min(100%,480px)}
    caption{text-align:left;font-weight:600;padding:0 0 10px}
    th,td{text-align:left;padding:7px 14px;border-bottom:1px solid var(--rule);vertical-align:top}
    th:first-child,td:first-child{padding-left:2px}
    th{font-weight:600;vertical-align:bottom;border-bottom:1.5px solid var(--muted)}
    th .note,th .badge{display:block;width:fit-content}
    th .note{font-weight:400;font-size:.8rem;color:var(--muted)}
    th.number .note,th.number .badge{margin-left:auto}
    .number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    .muted{color:var(--muted)}
    tbody tr:last-child td{border-bottom:1.5px solid var(--muted)}
    pre{background:var(--wash);border:1px solid var(--rule);border-radius:6px;padding:12px 16px;
    font:.85rem/1.5 ui-monospace,'SF Mono','DejaVu Sans Mono',Menlo,Consolas,monospace;
    overflow-x:auto;margin:8px 0 28px}
    footer{font-size:.85rem;color:var(--muted);padding-top:24px;padding-bottom:56px}
    footer h2{font-size:1rem;color:var(--ink);border-top:1px solid var(--rule);padding-top:24px;
    margin:0 0 12px}
    dl{margin:0;display:grid;gap:4px}
    dl div{display:grid;grid-template-columns:minmax(90px,160px) minmax(0,1fr);gap:16px}
    dt{font-weight:600}
    dd{margin:0;overflow-wrap:anywhere}
    @media (max-width:640px){body{font-size:15px}main,footer{padding-left:18px;padding-right:18px}
    header{padding-top:32px}h1{font-size:1.6rem}dl div{grid-template-columns:90px minmax(0,1fr)}section{padding-top:28px}th,td{padding:6px 9px}}
    @media print{body{font-size:10pt}main,footer{max-width:none;padding:0}header{padding-top:0}
    section{padding-top:16px}figure,.tile,tr,.table,pre{break-inside:avoid}h2{break-after:avoid}
    .badge{border:1px solid currentColor}.table{overflow:visible}a{color:inherit}}
    """
}
