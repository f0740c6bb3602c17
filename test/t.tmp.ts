import { metricPlot } from "../src/report/plot/metric.ts"; import { renderSvg } from "../src/report/plot/render.ts";
import { writeFileSync } from "node:fs";
const pts=[]; let s=1; const r=()=>{s=(s*16807)%2147483647;return s/2147483647};
for (const series of ["SIWAE, mixture","IWAE, mixture","ELBO"]) for (const K of [1,2,5,10,20]) for (let i=0;i<3;i++) pts.push({series,x:K,y:0.6+0.1*Math.log(K)*(series[0]==="S"?1:0.4)+0.05*r()});
writeFileSync("/tmp/plots/metric.svg", await renderSvg(metricPlot(pts,{title:"Accuracy by number of components",x:"K, components",y:"accuracy",references:[{y:0.92,label:"the paper's figure, 0.92"}]})));
writeFileSync("/tmp/plots/metric2.svg", await renderSvg(metricPlot(pts.map(p=>({...p,x:p.x*1.5})),{title:"Accuracy, log x",x:"draws T",y:"accuracy",logX:true,spread:"sd"})));
